import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { titleIn, useWords } from '../words/words.ts';
import { readDays, readFlows } from './reads.ts';

export interface FlowNames {
  /** the title in the chosen language; of a flow that is no longer defined, its name */
  readonly title: (flow: string) => string;
  /** the zone that its times are shown in */
  readonly zone: (flow: string) => string;
}

/** How flows are called, and in which zone their times are shown. */
export function useFlowNames(): FlowNames {
  const { language } = useWords();
  const { data } = useQuery(readFlows());
  const days = useQuery(readDays(null));
  const usual = days.data?.zone ?? 'UTC';
  return useMemo(() => {
    const flows = new Map((data?.items ?? []).map((flow) => [flow.name, flow]));
    return {
      title: (flow) => titleIn(language, flows.get(flow)?.title ?? null, flow),
      zone: (flow) => flows.get(flow)?.zone ?? usual,
    };
  }, [data, language, usual]);
}
