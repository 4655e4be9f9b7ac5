/** Whether an operator's act makes sense: its flow, its instance, its step, its alarm. */
import type { Definitions } from '../definitions/index.ts';
import type { Act } from './act.ts';
import type { Watched } from './kin.ts';
import type { InstanceKey } from './ports.ts';

export type CheckedAct =
  | { readonly ok: true; readonly key: string; readonly step: number }
  | { readonly ok: false; readonly reason: string };

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
  find: (of: InstanceKey) => Watched | null,
): CheckedAct {
  const key = actKey(definitions, act);
  const active = definitions.flows.get(act.flow);
  if (key === null)
    return refuse(`day: flow ${act.flow} has no instance a day, give the key of the instance`);
  const watched = find({ flow: act.flow, key });
  const flow = watched?.flow ?? active;
  if (flow === undefined) return refuse(`flow: no flow is called ${act.flow}`);
  if (act.kind === 'close') {
    const open = watched?.instance.alarms.some((alarm) => alarm.id === act.alarm) ?? false;
    return open ? { ok: true, key, step: -1 } : refuse(`alarm: ${act.alarm} is not open`);
  }
  if (watched === null && act.day !== null && !flow.calendar.isTradingDay(act.day)) {
    return refuse(`day: ${act.day} is no trading day of flow ${flow.name}, there is nothing to waive`);
  }
  if (act.step === null) return { ok: true, key, step: -1 };
  const step = flow.stepIndex.get(act.step);
  if (step === undefined)
    return refuse(
      `step: flow ${flow.name} has no step ${act.step}, its steps are ${[...flow.stepIndex.keys()].join(', ')}`,
    );
  return { ok: true, key, step };
}

function refuse(reason: string): CheckedAct {
  return { ok: false, reason };
}
