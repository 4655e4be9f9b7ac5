/** An operator's act: what it does, or why it cannot be done. Both are kept. */

import { ALARM } from '../lifecycles/index.ts';
import type { Desk } from './desk.ts';
import { type Handling, type HistoryKind, isOpen } from './handling.ts';
import type { HandlingAct } from './handling-act.ts';
import { routeOf, schedule, tellTrouble } from './look.ts';
import type { Silence } from './notifier-state.ts';
import { mutedBy } from './quiet.ts';
import type { Delivery } from './route.ts';
import { nextRise } from './take-alarm.ts';
import { tellPeople } from './tell-people.ts';

/** Takes an act. `known` is the handling of an alarm that is over and not on the desk, where there is one. */
export function takeAct(desk: Desk, act: HandlingAct, known: Handling | null): void {
  const refused = apply(desk, act, known);
  desk.acts.push({ id: act.id, done: refused === null, reason: refused });
}

/** Applies it; gives why it cannot be done, null where it was. */
function apply(desk: Desk, act: HandlingAct, known: Handling | null): string | null {
  switch (act.kind) {
    case 'silence':
      return addSilence(desk, { ...act, match: act.match, alarm: null });
    case 'unsilence':
      return endSilence(desk, act.silence, act.by);
    case 'trial':
      return tryChannel(desk, act);
    default:
  }
  const handling = desk.handlings.last(act.alarm) ?? known;
  if (handling === null) return `there is no alarm ${act.alarm}`;
  switch (act.kind) {
    case 'ack':
      return acknowledge(desk, handling, act);
    case 'unack':
      return takeBack(desk, handling, act);
    case 'comment':
      return put(desk, handling, { event: 'comment', kind: 'commented', by: act.by, detail: act.text }, {});
    case 'assign':
      return assign(desk, handling, act);
    case 'not-useful':
      return put(
        desk,
        handling,
        { event: 'judge', kind: 'not-useful', by: act.by, detail: act.text },
        { useful: false },
      );
    case 'mute':
      return mute(desk, handling, act);
    default:
      return act satisfies never;
  }
}

interface Doing {
  readonly event: 'acknowledge' | 'unacknowledge' | 'assign' | 'comment' | 'judge' | 'mute';
  readonly kind: HistoryKind;
  readonly by: string;
  readonly detail: string | null;
}

/** Puts an act down with an alarm, where the table of the alarm's life knows it. */
function put(desk: Desk, handling: Handling, doing: Doing, change: Partial<Handling>): string | null {
  const { event, kind, by, detail } = doing;
  const { id } = handling.alarm;
  if (ALARM.next(handling.standing, event) === null)
    return `the alarm is ${handling.standing}: nothing of this kind can be done about it`;
  desk.note({ alarm: id, kind, by, detail });
  if (desk.handlings.get(id) !== undefined) desk.change(handling, change);
  else desk.handlings.remove(id, { ...handling, ...change });
  return null;
}

function acknowledge(
  desk: Desk,
  handling: Handling,
  act: HandlingAct & { readonly kind: 'ack' },
): string | null {
  const trouble = handling.trouble === null ? undefined : desk.troubles.get(handling.trouble);
  const { by, text } = act;
  const doing: Doing = { event: 'acknowledge', kind: 'acknowledged', by, detail: text };
  for (const each of meant(desk, handling, act.all)) {
    const seen = each.acknowledgedAt === null ? { acknowledgedAt: desk.now, acknowledgedBy: by } : {};
    const refused = put(desk, each, doing, { standing: 'acknowledged', risesAt: null, ...seen });
    if (refused !== null && each === handling) return refused;
  }
  const route = trouble === undefined ? undefined : routeOf(desk, trouble);
  const current = trouble === undefined ? undefined : desk.troubles.get(trouble.id);
  if (route === undefined || current === undefined || current.toldAt === null) return null;
  const { repeatAt } = current;
  schedule(desk, current.id, route);
  // What others of it are still to be told again keeps its time.
  const after = desk.troubles.get(current.id);
  if (after !== undefined && after.repeatAt !== null) desk.troubles.set(after.id, { ...after, repeatAt });
  return null;
}

/** Nobody sees to it any more: who was told is told so at once, and the time to answer begins anew. */
function takeBack(
  desk: Desk,
  handling: Handling,
  act: HandlingAct & { readonly kind: 'unack' },
): string | null {
  if (handling.standing !== 'acknowledged') return 'nobody has acknowledged it';
  const { by, text } = act;
  const doing: Doing = { event: 'unacknowledge', kind: 'unacknowledged', by, detail: text };
  for (const each of meant(desk, handling, act.all)) {
    if (each.standing !== 'acknowledged') continue;
    const open = { ...each, standing: 'open', acknowledgedAt: null, acknowledgedBy: null } as const;
    const refused = put(desk, each, doing, { ...open, risesAt: nextRise(desk, open)?.at ?? null });
    if (refused !== null && each === handling) return refused;
  }
  const trouble = handling.trouble === null ? undefined : desk.troubles.get(handling.trouble);
  if (trouble === undefined) return null;
  if (trouble.toldAt === null) desk.wake(trouble.id, desk.now);
  else desk.troubles.set(trouble.id, { ...trouble, escalateAt: null, repeatAt: desk.now });
  return null;
}

/** An alarm, and where all of its trouble is meant the others of it that are open. */
function meant(desk: Desk, handling: Handling, all: boolean): readonly Handling[] {
  const trouble = handling.trouble === null ? undefined : desk.troubles.get(handling.trouble);
  const others = trouble === undefined || !all ? [] : desk.members(trouble).filter(isOpen);
  return [handling, ...others.filter(({ alarm }) => alarm.id !== handling.alarm.id)];
}

function assign(
  desk: Desk,
  handling: Handling,
  act: HandlingAct & { readonly kind: 'assign' },
): string | null {
  const { by, to, text } = act;
  const detail = text === null ? to : `${to}: ${text}`;
  const refused = put(desk, handling, { event: 'assign', kind: 'assigned', by, detail }, { assignedTo: to });
  const trouble = handling.trouble === null ? undefined : desk.troubles.get(handling.trouble);
  const person = desk.notifying.people.get(to);
  const route = trouble === undefined ? undefined : routeOf(desk, trouble);
  if (refused !== null || trouble === undefined || person === undefined || route === undefined)
    return refused;
  if (!isOpen(handling) || to === by) return null;
  const channels = new Set(route.levels.flatMap(({ over }) => over));
  const title =
    typeof person.title === 'string' ? person.title : (person.title?.zh ?? person.title?.en ?? to);
  const deliveries = [...channels].flatMap((channel): readonly Delivery[] => {
    const address = person.addresses.get(channel);
    return address === undefined ? [] : [{ channel, to: [{ name: to, title, address }] }];
  });
  if (deliveries.length === 0) return null;
  const told = desk.troubles.set(trouble.id, { ...trouble, notices: trouble.notices + 1 });
  const current = desk.handlings.get(handling.alarm.id) ?? handling;
  tellTrouble(desk, told, { kind: 'assigned', alarms: [current], deliveries, extra: `${by} → ${to}` });
  return null;
}

function mute(desk: Desk, handling: Handling, act: HandlingAct & { readonly kind: 'mute' }): string | null {
  const { flow, key, step, name, id } = handling.alarm;
  const refused = put(desk, handling, { event: 'mute', kind: 'muted', by: act.by, detail: act.reason }, {});
  if (refused !== null) return refused;
  const match = { flow: [flow], key: [key], name: [name], ...(step === null ? {} : { step: [step] }) };
  return addSilence(desk, { ...act, match, from: act.time, alarm: id });
}

function addSilence(
  desk: Desk,
  act: Pick<Silence, 'id' | 'match' | 'from' | 'until' | 'reason' | 'by' | 'alarm'> & {
    readonly time: number;
  },
): string | null {
  const { id, match, from, until, reason, by, alarm, time } = act;
  if (until <= desk.now) return 'it has ended already: give a later end';
  desk.silences.set(id, { id, match, from, until, reason, by, alarm, createdAt: time, endedBy: null });
  return null;
}

/** Ends a silence before its time: what stands under it is looked at now. */
function endSilence(desk: Desk, id: string, by: string): string | null {
  const silence = desk.silences.get(id);
  if (silence === undefined) return `no silence ${id} is in force`;
  const muted = [...desk.handlings.values()].filter(
    (handling) => isOpen(handling) && mutedBy(desk, handling)?.because === id,
  );
  desk.silences.remove(id, { ...silence, endedBy: by });
  wakeMuted(desk, muted, silence.until);
  return null;
}

/** The end of a silence has come. */
export function expire(desk: Desk, id: string): void {
  const silence = desk.silences.get(id);
  if (silence === undefined) return;
  desk.silences.remove(id, silence);
}

function wakeMuted(desk: Desk, muted: readonly Handling[], until: number): void {
  for (const handling of muted) {
    desk.wake(handling.trouble, desk.now);
    const trouble = handling.trouble === null ? undefined : desk.troubles.get(handling.trouble);
    if (trouble !== undefined && trouble.repeatAt === until)
      desk.troubles.set(trouble.id, { ...trouble, repeatAt: desk.now });
  }
}

function tryChannel(desk: Desk, act: HandlingAct & { readonly kind: 'trial' }): string | null {
  if (!desk.notifying.channels.has(act.channel)) return `no channel is called ${act.channel}`;
  tellPeople(desk, {
    ...{ id: `trial/${act.id}`, kind: 'trial', thread: `trial/${act.id}`, severity: 'info', level: 1 },
    ...{ deliveries: [{ channel: act.channel, to: [] }], alarms: [], folded: [], extra: act.by },
  });
  return null;
}
