import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Readiness } from '../api/answers.ts';
import { readReadiness } from '../api/reads.ts';
import { useHeardAt, useLiveState } from '../live/live-context.tsx';
import { clock } from '../time/format-time.ts';
import { useWords } from '../words/words.ts';

const OWN_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Says when what is shown may not be true any more, and takes the colours away. */
export function LiveBanner() {
  const { shell } = useWords();
  const state = useLiveState();
  const heardAt = useHeardAt();
  const ill = useLastingTrouble();
  const grey = state === 'lost' || ill.some(({ name }) => name === 'worker');

  useEffect(() => {
    document.documentElement.dataset.live = grey ? 'lost' : 'live';
  }, [grey]);

  if (state === 'lost') {
    const since = heardAt === null ? null : `${clock(heardAt, OWN_ZONE, true)} (${OWN_ZONE})`;
    return <Banner text={since === null ? shell.lostFirst : shell.lostBanner(since)} />;
  }
  const [untold, others] = [ill.filter(isTelling), ill.filter((check) => !isTelling(check))];
  if (others.length > 0)
    return <Banner text={shell.unwell(others.map(({ name, detail }) => `${name}: ${detail}`).join('; '))} />;
  const [first] = untold;
  if (first !== undefined) return <Banner text={shell.untold(first.detail)} />;
  return <div role="status" />;
}

/** A Milepost that has just been started needs a moment, which is no trouble, ms. */
const LASTING = 2_000;

/** What of Milepost itself is not as it should be, for longer than a moment. */
function useLastingTrouble(): Readiness['checks'] {
  const { data, dataUpdatedAt } = useQuery(readReadiness());
  const [since, setSince] = useState<number | null>(null);
  const isIll = data?.ready === false;
  useEffect(() => {
    setSince((before) => (isIll ? (before ?? dataUpdatedAt) : null));
  }, [isIll, dataUpdatedAt]);
  if (data === undefined || since === null || dataUpdatedAt - since < LASTING) return [];
  return data.checks.filter(({ ok }) => !ok);
}

/** Whether it is that nobody is told: what is shown is as true as ever. */
function isTelling({ name }: { readonly name: string }): boolean {
  return name === 'channels';
}

function Banner({ text }: { readonly text: string }) {
  return (
    <div role="alert" className="banner">
      {text}
    </div>
  );
}
