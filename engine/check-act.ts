/** Whether an operator's act makes sense: its flow, its instance, its step, its alarm. */
import type { Problem } from '../checkpoints/index.ts';
import type { Definitions, Flow } from '../definitions/index.ts';
import type { Act, WaiveAct } from './act.ts';
import { dayFromKey } from './check-event.ts';
import type { InstanceKey } from './ports.ts';
import type { Watched } from './watched.ts';

export type CheckedAct =
  | { readonly ok: true; readonly key: string; readonly step: number }
  | {
      readonly ok: false;
      readonly reason: string;
      readonly problem: Problem;
      /** what the act is about is not there at all */
      readonly unknown: boolean;
    };

type Found = Pick<Watched, 'flow' | 'instance'>;

/** The key of the instance that an act is about; null where it names a day and the flow has no key for days. */
export function actKey(definitions: Definitions, act: Act): string | null {
  if (act.kind === 'close' || act.key !== null) return act.key;
  const template = definitions.flows.get(act.flow)?.key ?? null;
  return act.day === null || template === null || !template.hasDay
    ? null
    : template.before + act.day + template.after;
}

/** Finds what an act is about, or says why it cannot be done. */
export function checkAct(
  definitions: Definitions,
  act: Act,
  find: (of: InstanceKey) => Found | null,
): CheckedAct {
  const key = actKey(definitions, act);
  const watched = key === null ? null : find({ flow: act.flow, key });
  const flow = watched?.flow ?? definitions.flows.get(act.flow);
  if (flow === undefined) return refuse('flow', `no flow is called ${act.flow}`, true);
  if (key === null)
    return refuse('day', `flow ${flow.name} has no instance a day, give the key of the instance`);
  if (act.kind === 'close') {
    const open = watched?.instance.alarms.some((alarm) => alarm.id === act.alarm) ?? false;
    return open ? { ok: true, key, step: -1 } : refuse('alarm', `${act.alarm} is not open`);
  }
  const step = act.step === null ? -1 : flow.stepIndex.get(act.step);
  if (step === undefined) {
    const names = [...flow.stepIndex.keys()].join(', ');
    return refuse('step', `flow ${flow.name} has no step ${act.step}, its steps are ${names}`, true);
  }
  const refused = act.kind === 'waive' ? idleDay({ flow, key, watched, act }) : notWaived(watched, step);
  return refused ?? { ok: true, key, step };
}

function idleDay(waived: {
  readonly flow: Flow;
  readonly key: string;
  readonly watched: Found | null;
  readonly act: WaiveAct;
}): CheckedAct | null {
  const { flow, key, watched, act } = waived;
  const day = act.day ?? dayFromKey(flow, key);
  if (watched !== null || day === null || flow.calendar.isTradingDay(day)) return null;
  const path = act.day === null ? 'key' : 'day';
  return refuse(path, `${day} is no trading day of flow ${flow.name}, there is nothing to waive`);
}

function notWaived(watched: Found | null, step: number): CheckedAct | null {
  const found = watched?.instance.waivers.some((waiver) => waiver.step === step) ?? false;
  return found ? null : refuse(step < 0 ? 'flow' : 'step', 'it is not waived, there is nothing to take back');
}

function refuse(path: string, message: string, unknown = false): CheckedAct {
  return { ok: false, reason: `${path}: ${message}`, problem: { path, message }, unknown };
}
