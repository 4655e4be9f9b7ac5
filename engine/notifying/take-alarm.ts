/** An alarm's latest form: raised, raised again, worse, over. */
import type { Severity } from '../../definitions/index.ts';
import type { AlarmNews } from '../alarm-news.ts';
import { ALARM } from '../lifecycles/index.ts';
import type { Desk } from './desk.ts';
import { feed } from './feeds.ts';
import { firstLevel } from './first-level.ts';
import { type Handling, isOpen, itemOf, traitsOf } from './handling.ts';
import { markTold, routeOf, tellTrouble, trim } from './look.ts';
import type { Trouble } from './notifier-state.ts';
import { isWorse, quietOf } from './quiet.ts';
import { policyFor, takeRoute } from './route.ts';
import { deliveriesTo, withDeliveries } from './tell-people.ts';

/** How long a trouble waits that no route takes, in ms. */
const USUAL_WAIT = 30_000;

/** Takes what the change log says of an alarm. The same again changes nothing. */
export function takeAlarm(desk: Desk, news: AlarmNews): void {
  const known = desk.handlings.get(news.id);
  if (known === undefined) begin(desk, news);
  else progress(desk, known, news);
}

function begin(desk: Desk, news: AlarmNews): void {
  const over = news.clearedAt !== null;
  const fresh: Handling = {
    ...{ alarm: news, standing: 'open', severity: news.severity, risesAt: null },
    ...{ outcome: 'waiting', because: null, trouble: null, root: null, firstToldAt: null },
    ...{ acknowledgedAt: null, acknowledgedBy: null, assignedTo: null, level: 0, useful: null, fed: {} },
  };
  desk.note({ alarm: news.id, kind: 'raised', detail: news.text });
  const flapping = countRaise(desk, fresh);
  let handling = desk.handlings.set(news.id, { ...fresh, risesAt: nextRise(desk, fresh)?.at ?? null });
  desk.index(handling);
  const trouble = join(desk, handling);
  handling = desk.change(handling, { trouble: trouble.id });
  if (flapping === 'begins') tellFlapping(desk, handling, trouble);
  else handling = feed(desk, handling, over || quietOf(desk, handling) !== null);
  if (over) progress(desk, desk.handlings.get(news.id) ?? handling, news);
}

function progress(desk: Desk, before: Handling, news: AlarmNews): void {
  const severity = isWorse(news.severity, before.severity) ? news.severity : before.severity;
  let handling = desk.change(before, { alarm: news, severity });
  // Every doubling is worth a line; an alarm that is raised again all day would fill the history else.
  if (Math.floor(Math.log2(news.count)) > Math.floor(Math.log2(before.alarm.count)))
    desk.note({ alarm: news.id, kind: 'repeated', detail: String(news.count) });
  if (severity !== before.severity) worsen(desk, handling, severity);
  if (news.clearedAt === null || !isOpen(before)) return;
  handling = desk.handlings.get(news.id) ?? handling;
  const byHand = news.clearedBy === 'by-hand';
  const move = ALARM.next(handling.standing, byHand ? 'close' : 'clear');
  handling = desk.change(handling, {
    standing: move?.state === 'closed' ? 'closed' : 'cleared',
    risesAt: null,
  });
  desk.note({ alarm: news.id, kind: byHand ? 'closed' : 'cleared', detail: news.clearedBy });
  countEnd(desk, handling);
  feed(desk, handling, true);
  release(desk, news.id);
  const trouble = handling.trouble === null ? undefined : desk.troubles.get(handling.trouble);
  if (trouble === undefined) return;
  if (!desk.members(trouble).some(isOpen)) desk.wake(trouble.id, desk.now + waitOf(desk, trouble, handling));
  else trim(desk, trouble);
}

/** What an alarm explained stands for itself once it is over. */
function release(desk: Desk, root: string): void {
  for (const each of desk.consequences(root)) {
    const trouble = each.trouble === null ? undefined : desk.troubles.get(each.trouble);
    if (trouble !== undefined) desk.wake(trouble.id, desk.now + waitOf(desk, trouble, each));
  }
}

/** An alarm's severity has grown: that is looked at, at once where people know of it. */
function worsen(desk: Desk, handling: Handling, severity: Severity): void {
  desk.note({ alarm: handling.alarm.id, kind: 'risen', detail: severity });
  const quiet = quietOf(desk, handling) !== null;
  feed(desk, handling, quiet);
  desk.wake(handling.trouble, desk.now);
  const root = handling.root === null ? undefined : desk.handlings.get(handling.root);
  const trouble = root?.trouble == null ? undefined : desk.troubles.get(root.trouble);
  if (trouble?.toldAt != null && isWorse(severity, trouble.severity)) desk.wake(trouble.id, desk.now);
}

/** The severities of an alarm rise whose time has come. */
export function rise(desk: Desk, id: string): void {
  const handling = desk.handlings.get(id);
  if (handling === undefined || handling.risesAt === null) return;
  if (handling.standing === 'acknowledged') {
    desk.change(handling, { risesAt: null });
    return;
  }
  const to = nextRise(desk, handling)?.to ?? handling.severity;
  const risen = desk.change(handling, { severity: to });
  desk.change(risen, { risesAt: nextRise(desk, risen)?.at ?? null });
  if (to !== handling.severity) worsen(desk, desk.handlings.get(id) ?? risen, to);
}

/** When the severity of an alarm rises next by itself, and to what; null: it does not. */
export function nextRise(
  desk: Desk,
  handling: Handling,
): { readonly at: number; readonly to: Severity } | null {
  const traits = traitsOf(desk.definitions, handling);
  const policy = policyFor(desk.notifying, traits);
  const [next] = (policy?.rises ?? [])
    .filter(({ match, to }) => match(traits) && isWorse(to, handling.severity))
    .map(({ after, to }) => ({ at: handling.alarm.raisedAt + after, to }))
    .toSorted((a, b) => a.at - b.at);
  return next ?? null;
}

/** The trouble that an alarm belongs to, a new one where there is none. */
function join(desk: Desk, handling: Handling): Trouble {
  const { now } = desk;
  const traits = traitsOf(desk.definitions, handling);
  const taken = takeRoute(desk.notifying, traits, now);
  const by = taken?.route?.by ?? ['flow', 'key'];
  const values = by.map((field) => [field, fieldOf(traits, field)]);
  const key = JSON.stringify([taken?.policy.name ?? '', ...values]);
  const wait = taken?.route?.wait ?? USUAL_WAIT;
  const found = desk.troubleOf(key);
  if (found === undefined) {
    return desk.begin({
      ...{ id: `${taken?.policy.name ?? ''}/${handling.alarm.id}`, key, policy: taken?.policy.name ?? '' },
      ...{
        route: taken?.route?.index ?? null,
        members: [handling.alarm.id],
        openedAt: now,
        lookAt: now + wait,
      },
      ...{ toldAt: null, lastToldAt: null, severity: null, level: 0, escalateAt: null, repeatAt: null },
      ...{ persons: [], audience: {}, storm: null, notices: 0 },
    });
  }
  const recovering = !desk.members(found).some(isOpen);
  const lookAt = recovering || found.lookAt === null ? now + wait : Math.min(found.lookAt, now + wait);
  return desk.troubles.set(found.id, {
    ...found,
    members: [...found.members, handling.alarm.id],
    route: found.route ?? taken?.route?.index ?? null,
    lookAt,
  });
}

function fieldOf(traits: ReturnType<typeof traitsOf>, field: string): string | null {
  if (field.startsWith('label.')) {
    const name = field.slice('label.'.length);
    return Object.hasOwn(traits.labels, name) ? (traits.labels[name] ?? null) : null;
  }
  if (field === 'day') return traits.tradingDay;
  // the reader lets only these pass
  return traits[field as 'flow' | 'key' | 'step' | 'name' | 'source' | 'severity' | 'group'];
}

function waitOf(desk: Desk, trouble: Trouble, handling: Handling): number {
  const route = routeOf(desk, trouble);
  return (
    route?.wait ??
    takeRoute(desk.notifying, traitsOf(desk.definitions, handling), desk.now)?.route?.wait ??
    USUAL_WAIT
  );
}

/** Counts a raise of an item; says whether it flaps, and whether from now on. */
function countRaise(desk: Desk, handling: Handling): 'calm' | 'begins' | 'flaps' {
  const { now } = desk;
  const traits = traitsOf(desk.definitions, handling);
  const limit = policyFor(desk.notifying, traits)?.flapping;
  if (limit === undefined) return 'calm';
  const id = itemOf(handling.alarm);
  const item = desk.items.get(id);
  const recent = (item?.raises ?? []).filter((at) => at > now - limit.within);
  const raises = [...recent, now].slice(-(limit.over + 1));
  const before = item?.since ?? null;
  const since = before ?? (raises.length > limit.over ? now : null);
  const until = now + (since === null ? limit.within : limit.calm);
  desk.items.set(id, { id, raises, since, until });
  return since === null ? 'calm' : before === null ? 'begins' : 'flaps';
}

/** An item that flaps is calm only so long after its last end. */
function countEnd(desk: Desk, handling: Handling): void {
  const traits = traitsOf(desk.definitions, handling);
  const policy = policyFor(desk.notifying, traits);
  const item = desk.items.get(itemOf(handling.alarm));
  if (item === undefined || item.since === null || policy === undefined) return;
  desk.items.set(item.id, { ...item, until: desk.now + policy.flapping.calm });
}

/** An item is calm again, or forgotten: its trouble is looked at. */
export function calmDown(desk: Desk, id: string): void {
  const item = desk.items.get(id);
  if (item === undefined) return;
  desk.items.remove(id, item);
  if (item.since === null) return;
  for (const handling of desk.handlings.values()) {
    if (itemOf(handling.alarm) !== id) continue;
    if (isOpen(handling)) desk.note({ alarm: handling.alarm.id, kind: 'calm' });
    desk.wake(handling.trouble, desk.now);
  }
}

/** Tells once that an alarm comes and goes: to those who know of it, else to the first level. */
function tellFlapping(desk: Desk, handling: Handling, trouble: Trouble): void {
  const traits = traitsOf(desk.definitions, handling);
  const route = takeRoute(desk.notifying, traits, desk.now)?.route ?? null;
  const plan = route === null ? null : firstLevel(desk, { route, from: 1, before: [], alarms: [handling] });
  desk.note({ alarm: handling.alarm.id, kind: 'flapping' });
  if (route === null || plan === null || quietOf(desk, handling)?.kind !== 'flapping') {
    desk.change(handling, { outcome: 'flapping' });
    return;
  }
  const known = trouble.toldAt !== null;
  const audience = known ? trouble.audience : withDeliveries(trouble.audience, plan.deliveries);
  const told = desk.troubles.set(trouble.id, {
    ...{ ...trouble, route: route.index, audience, storm: null },
    ...{ toldAt: trouble.toldAt ?? desk.now, lastToldAt: desk.now, notices: trouble.notices + 1 },
    ...{ severity: trouble.severity ?? handling.severity, level: Math.max(1, trouble.level) },
    ...{ persons: known ? trouble.persons : plan.persons },
  });
  tellTrouble(desk, told, { kind: 'flapping', alarms: [handling], deliveries: deliveriesTo(audience) });
  markTold(desk, [handling], 'flapping');
}
