/**
 * Milepost speaking about itself: reports and troubles of this process go to the database, which makes one of what several
 * processes say, and from there into the stream as events of the built-in flow, until that has succeeded.
 */
import { subjectOf } from '../../checkpoints/index.ts';
import type { Outlet } from '../../engine/index.ts';
import { OWN_FLOW } from '../../engine/index.ts';
import type { Closers } from '../closers.ts';
import type { Log } from '../log.ts';
import { type Loop, startLoop } from '../loop.ts';
import { OWN_KEY, OWN_TOPICS, type OwnParams, type OwnTopic, ownEvent } from '../own-flow.ts';
import type { OwnMatters, OwnTurn } from '../storage/index.ts';

/** Something that has happened; the same cause is told once, whoever notices it. */
export interface OwnReport {
  readonly cause: string;
  readonly step: string;
  readonly params: OwnParams;
}

export interface OwnVoice {
  /** Never rejects; what cannot be told now is told later. */
  readonly report: (report: OwnReport) => void;
  /** What this process sees wrong with a topic; null: nothing is. */
  readonly trouble: (topic: OwnTopic, params: OwnParams | null) => void;
  /** Begins to speak into the stream. */
  speak(outlet: Outlet, closers: Closers): void;
}

const REST = 3_000;
/** After the database was away workers that are alive need a moment to say so: nothing ends before, ms. */
const CALM = 8_000;

/** The voice of a worker, whose id is in the table of workers while it is alive. What it has to say is kept until it speaks. */
export function createOwnVoice(options: {
  readonly own: OwnMatters;
  readonly worker: string;
  readonly log: Log;
}): OwnVoice {
  const { own, worker, log } = options;
  const reports: OwnReport[] = [];
  const troubles = new Map<OwnTopic, OwnParams | null>();
  /** what was said last, as JSON */
  const last = new Map<OwnTopic, string>();
  let loop: Loop | null = null;
  let calmUntil = performance.now() + CALM;

  async function keep(): Promise<void> {
    for (let next = reports[0]; next !== undefined; next = reports[0]) {
      const { cause, step, params } = next;
      await own.report(cause, (time) => ownEvent({ id: `${cause}@${time}`, step, params, time }));
      reports.shift();
    }
    for (const [topic, params] of troubles) {
      await own.note(topic, worker, params === null ? null : JSON.stringify(params));
      if (troubles.get(topic) === params) troubles.delete(topic);
    }
    if (performance.now() > calmUntil) await own.settle(OWN_TOPICS, turnEvent);
  }

  async function send(outlet: Outlet): Promise<void> {
    for (const { cause, event } of await own.unsent()) {
      await outlet.send([{ subject: subjectOf(OWN_FLOW, OWN_KEY), payload: Buffer.from(event) }]);
      await own.sent(cause);
    }
  }

  return {
    report(report) {
      if (reports.some(({ cause }) => cause === report.cause)) return;
      reports.push(report);
      loop?.wake();
    },
    trouble(topic, params) {
      const said = JSON.stringify(params);
      if ((last.get(topic) ?? 'null') === said) return;
      last.set(topic, said);
      troubles.set(topic, params);
      loop?.wake();
    },
    speak(outlet, closers) {
      const turn = async (): Promise<'idle'> => {
        await keep().catch((error: unknown) => {
          calmUntil = performance.now() + CALM;
          throw error;
        });
        await send(outlet);
        return 'idle';
      };
      const speaking = startLoop({ name: 'what Milepost says about itself', rest: REST, log, turn });
      loop = speaking;
      closers.push(() => speaking.stop());
    },
  };
}

/** What all workers that are alive see wrong, in one event: the values of the first, and the reasons of all. */
function turnEvent({ topic, wrong, episode, troubles, time }: OwnTurn): string {
  const said = troubles.map(({ params }) => JSON.parse(params) as OwnParams); // written above
  const reasons = [...new Set(said.map(({ REASON = '' }) => String(REASON)))].filter((one) => one !== '');
  const params = { ...said[0], ...(reasons.length === 0 ? {} : { REASON: reasons.join('; ') }) };
  const id = `${topic}/${episode}/${wrong ? 'began' : 'ended'}@${time}`;
  return ownEvent({ id, step: topic, params, wrong, time });
}
