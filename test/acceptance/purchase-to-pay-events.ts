/**
 * The purchase-to-pay log as checkpoint events: `node test/acceptance/purchase-to-pay-events.ts LOG.csv.gz [TIME]`
 * prints them as NDJSON, one line for each row of the log, in its order.
 *
 * The log has no times. Its rows get them here: the first is at TIME (default 2024-01-01T00:00:00Z) and each further
 * one a second later, so that the clock never goes back. Activities that the flow does not know are sent as they are,
 * for the engine to refuse.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { formatTime } from '../../checkpoints/index.ts';

export const FLOW = 'purchase-to-pay';

/** One case of the log with its activities in order, the marks ▶ and ■ included; `anomaly` is `-` for a normal case. */
export interface LoggedCase {
  readonly id: string;
  readonly anomaly: string;
  readonly rows: readonly { readonly activity: string; readonly user: string }[];
}

const HEADER = 'case_id,event_position,activity_name,timestamp,user,label,anomaly_type,anomaly_description';

/** Reads a gzipped log; throws where its columns are not the expected ones. Cases stand in the order of their first rows. */
export function readLog(file: string | URL): readonly LoggedCase[] {
  const [header, ...lines] = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split(/\r?\n/);
  if (header !== HEADER) throw new Error(`${file}: the first line must be ${HEADER}`);
  const cases = new Map<
    string,
    { id: string; anomaly: string; rows: { activity: string; user: string }[] }
  >();
  for (const line of lines) {
    // Only the description, which is the last column and not needed, is ever quoted.
    const [id = '', position = '', activity = '', , user = '', , anomaly = ''] = line.split(',', 7);
    const one = cases.get(id) ?? { id, anomaly, rows: [] };
    cases.set(id, one);
    if (Number(position) !== one.rows.length || anomaly !== one.anomaly)
      throw new Error(`${file}: case ${id} is not in one piece and in order at its row ${position}`);
    one.rows.push({ activity, user });
  }
  return [...cases.values()];
}

/** The name of the step that an activity reports for; null for ▶, which is about the case as a whole. */
export function stepOf(activity: string): string | null {
  if (activity === '▶') return null;
  return activity === '■' ? 'end' : activity.toLowerCase().replaceAll(' ', '-');
}

/** The events of the cases as JSON texts, a second apart, the first one at `from` in milliseconds. */
export function eventsOf(
  cases: readonly LoggedCase[],
  from: number,
): readonly { readonly key: string; readonly id: string; readonly text: string }[] {
  let count = 0;
  return cases.flatMap(({ id: name, rows }) =>
    rows.map(({ activity, user }, position) => {
      const [key, id, step] = [`case-${name}`, String(position), stepOf(activity)];
      const event = {
        id,
        flow: FLOW,
        key,
        ...(step === null ? { event: 'activated' } : { step, event: 'committed' }),
        time: formatTime(from + 1000 * count++),
        ...(user === activity ? {} : { params: { user } }),
      };
      return { key, id, text: JSON.stringify(event) };
    }),
  );
}

/** When the first row happened, unless another time is given. */
export const BASE = Date.parse('2024-01-01T00:00:00Z');

if (import.meta.main) {
  const [file, time] = process.argv.slice(2);
  const from = time === undefined ? BASE : Date.parse(time);
  if (file === undefined || Number.isNaN(from)) {
    console.error('usage: node test/acceptance/purchase-to-pay-events.ts LOG.csv.gz [TIME]');
    process.exit(2);
  }
  process.stdout.write(
    eventsOf(readLog(file), from)
      .map(({ text }) => `${text}\n`)
      .join(''),
  );
}
