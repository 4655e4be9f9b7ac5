/** The normal day of the company: the demo's story with its four mishaps mended. On it nothing is to be alarmed. */
import { APPLICATIONS } from '../../adapters/demo/applications.ts';
import { type CompanyDay, instantOf } from './company-days.ts';

/** Flows that wait for each other: what is late in one of a chain makes late what comes after it. */
export const CHAINS = ['pre-open', 'trading-night', 'trading-day', 'bank-transfer', 'clearing'] as const;
export type Chain = (typeof CHAINS)[number];

/** What an application reports. */
export interface Report {
  readonly id: string;
  readonly application: string;
  readonly chain: Chain;
  readonly flow: string;
  /** the rest of the key; empty for most flows */
  readonly child: string;
  readonly key: string;
  /** sent without its key */
  readonly keyless: boolean;
  /** null: about the flow itself */
  readonly step: string | null;
  readonly kind: 'activated' | 'state' | 'params' | 'exception' | 'committed';
  readonly state: string | null;
  readonly params: Readonly<Record<string, string | number | boolean>>;
  /** when it happened, ms */
  readonly time: number;
  /** when it comes to be decided, ms; `time` until the way is simulated */
  readonly arrival: number;
}

/** Lines of the story that are told otherwise on a normal day: the time they move to; null for those left out. */
const MENDED: Readonly<Record<string, string | null>> = {
  '23:40 trading-night session': null,
  '00:00 trading-night session': null,
  // an hour after the figures before it would be the last moment
  '00:20 trading-night session': '00:10',
  '08:52 bank-transfer sign-in': '08:18',
  '08:58 bank-transfer sign-in': '08:37',
  '15:50 exchange-file receive': null,
  '16:00 exchange-file receive': null,
  '17:10 settlement statements': '17:40',
};

/** All that is reported on a normal day, in order of time. */
export function plainDay(day: CompanyDay): readonly Report[] {
  return APPLICATIONS.flatMap(({ name, family, lines }) =>
    lines.flatMap((line, index): Report[] => {
      const at = MENDED[`${line.at} ${line.flow} ${line.step}`];
      if (at === null || (line.flow === 'trading-night' && !day.hasNight)) return [];
      const time = instantOf(day, at ?? line.at);
      const child = line.child === null || line.child === '-' ? '' : line.child;
      const params = line.params.map(([key, value]) => [key, value === '{tradingDay}' ? day.day : value]);
      return [
        {
          id: `${name}-${day.day}-${index + 1}`,
          application: name,
          chain: chainOf(line.flow),
          flow: line.flow,
          child,
          key: `${family}-${day.day}${child === '' ? '' : `/${child}`}`,
          keyless: line.child === '-',
          step: line.step,
          kind: line.event as Report['kind'], // the story has no others
          state: line.state,
          params: Object.fromEntries(params),
          time,
          arrival: time,
        },
      ];
    }),
  ).sort((a, b) => a.time - b.time);
}

function chainOf(flow: string): Chain {
  return CHAINS.find((chain) => chain === flow) ?? 'clearing';
}
