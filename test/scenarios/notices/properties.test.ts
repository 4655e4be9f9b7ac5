/** What holds for every course of alarms, acts and silences. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Handling, Notice } from '../../../engine/index.ts';
import { act, clear, definitionsOf, play, raise, type Told, timeOf } from './notice-timeline.ts';

const POLICIES = (routes: string) => `
flow: settlement
deadline: { at: "19:00" }
steps: { receive: , check: { timers: { cut-off: { at: "16:30" } } }, margin: { flow: margin } }
connectors: [{ from: receive, to: check }, { from: check, to: margin }]
---
flow: margin
start: { by: "17:00" }
steps: { compute: { timers: { cut-off: { at: "17:30" } } } }
---
flow: archive
start: { after: settlement, in: 10m }
steps: { store: }
---
{ channel: desk, type: bell }
---
{ channel: mail, type: log }
---
policy: p
flapping: { over: 3, within: 30m, calm: 20m }
storm: { over: 4, within: 2m, calm: 5m }
people: { li: { addresses: { mail: li }, backup: wang }, wang: { addresses: { mail: wang } } }
rise: { match: { severity: warning }, after: 40m, to: critical }
${routes}
`;

const DEFINITIONS = [
  'routes: [{ match: { severity: critical }, levels: [{ over: desk }, { after: 10m, over: mail, to: li }] }, { levels: { over: desk } }]',
  'by: system\nrepeat: 30m\nroutes: [{ levels: [{ over: [desk, mail] }, { after: 5m, over: mail, to: backup }] }]',
  'routes: [{ match: { flow: settlement }, levels: { over: desk } }, { match: { severity: critical }, levels: { over: mail } }]',
].map((routes) => definitionsOf(POLICIES(routes)));

const ALARMS = [
  ...['settlement:receive exception', 'settlement:check cut-off warning', 'settlement deadline'],
  ...['margin start-timeout warning', 'margin:compute cut-off warning', 'margin:compute exception'],
  ...[
    'archive start-timeout warning',
    'archive:store dead-end info',
    'settlement:receive illegal-state warning',
  ],
];
const bare = (alarm: string) => alarm.split(' ').slice(0, 2).join(' ');

type Move = { readonly alarm: string; readonly kind: string; readonly gap: number };

const moves = fc.array(
  fc.record({
    alarm: fc.constantFrom(...ALARMS),
    kind: fc.constantFrom('raise', 'raise', 'raise', 'clear', 'clear', 'ack', 'unack', 'mute', 'assign'),
    gap: fc.constantFrom(0, 1, 20, 40, 120, 400, 1500),
  }),
  { minLength: 1, maxLength: 30 },
);

/** A course from 09:00 on; what cannot be (clearing what is not open) is left out. */
function stepsOf(course: readonly Move[]) {
  const open = new Set<string>();
  let time = timeOf('09:00');
  return course.flatMap(({ alarm, kind, gap }) => {
    time += gap * 1000;
    const shown = new Date(time + 8 * 3_600_000).toISOString();
    const at = `${shown.slice(8, 10)} ${shown.slice(11, 19)}`;
    const name = bare(alarm);
    if (kind === 'raise') {
      open.add(name);
      return [raise(at, alarm)];
    }
    if (!open.has(name)) return [];
    if (kind === 'ack' || kind === 'unack') return [act(at, { act: kind, alarm: name })];
    if (kind === 'assign') return [act(at, { act: 'assign', alarm: name, to: 'wang' })];
    if (kind === 'mute') return [act(at, { act: 'mute', alarm: name, until: '24 08:00', reason: 'x' })];
    open.delete(name);
    return [clear(at, name)];
  });
}

/** Courses in which a property once did not hold. */
const KEPT: [number, Move[]][] = [
  // a muted alarm whose severity rises beside one that is told: its silence ends, and it is looked at then
  [
    1,
    [
      { alarm: 'margin:compute cut-off warning', kind: 'raise', gap: 0 },
      { alarm: 'settlement:check cut-off warning', kind: 'raise', gap: 0 },
      { alarm: 'margin:compute cut-off warning', kind: 'mute', gap: 0 },
    ],
  ],
  // two consequences of one root, of which one would explain the other: when the root ends neither lies under it
  [
    0,
    [
      { alarm: 'settlement:receive exception', kind: 'raise', gap: 0 },
      { alarm: 'margin:compute cut-off warning', kind: 'raise', gap: 0 },
      { alarm: 'archive start-timeout warning', kind: 'raise', gap: 0 },
      { alarm: 'settlement:receive exception', kind: 'raise', gap: 1500 },
      { alarm: 'settlement:receive exception', kind: 'clear', gap: 1500 },
    ],
  ],
];

function forAll(check: (told: Told) => void): void {
  fc.assert(
    fc.property(fc.nat(DEFINITIONS.length - 1), moves, (index, course) => {
      const definitions = DEFINITIONS[index] ?? definitionsOf('');
      check(play(definitions, stepsOf(course), '25 12:00', { twice: false, stored: false }));
    }),
    { numRuns: 80, examples: KEPT },
  );
}

const standing = ({ state }: Told): readonly Handling[] =>
  [...state.handlings.values()].filter((handling) => handling.alarm.clearedAt === null);

const listing = (notices: readonly Notice[], id: string) =>
  notices.filter(
    ({ kind, alarms }) =>
      kind !== 'recovered' && kind !== 'assigned' && alarms.some((alarm) => alarm.id === id),
  );

describe('whatever happens', () => {
  test('in the end every alarm that stands was told, is a consequence of one that stands, or nobody takes it', () => {
    forAll((told) => {
      const open = standing(told);
      for (const { alarm, outcome, root, firstToldAt } of open) {
        expect(['told', 'storm', 'flapping', 'folded', 'unrouted'], alarm.id).toContain(outcome);
        if (outcome === 'folded') expect(open.some((other) => other.alarm.id === root)).toBe(true);
        else if (outcome !== 'unrouted') {
          expect(firstToldAt).not.toBeNull();
        }
      }
    });
  });

  test('what counts as told stands in a notice, and what does not stands in none', () => {
    forAll(({ raw, state, history }) => {
      const raised = history.filter(({ kind }) => kind === 'raised').map(({ alarm }) => alarm);
      const toldQuietly = new Set(history.filter(({ kind }) => kind === 'told').map(({ alarm }) => alarm));
      for (const id of raised) {
        const handling = state.handlings.get(id);
        const isTold = history.some(
          ({ alarm, kind }) => alarm === id && (kind === 'told' || kind === 'storm'),
        );
        if (listing(raw, id).length > 0)
          expect(isTold || handling?.firstToldAt != null || wasFlapping(history, id)).toBe(true);
        if (isTold && !toldQuietly.has(id)) expect(listing(raw, id).length).toBeGreaterThan(0);
      }
    });
  });

  test('no alarm is told as new twice on one channel, and no thread has two endings there', () => {
    forAll(({ raw }) => {
      const seen = new Map<string, number>();
      for (const { kind, channel, thread, alarms } of raw) {
        const marks =
          kind === 'raised'
            ? alarms.map(({ id }) => `${channel} new ${id}`)
            : kind === 'recovered'
              ? [`${channel} over ${thread}`]
              : [];
        for (const mark of marks) seen.set(mark, (seen.get(mark) ?? 0) + 1);
      }
      expect([...seen].filter(([, count]) => count > 1)).toEqual([]);
    });
  });

  test('whoever was told of a trouble is told of its end, and of none that he was not told of', () => {
    forAll(({ raw, state }) => {
      const threads = new Map<string, { told: Set<string>; ended: Set<string> }>();
      for (const { kind, channel, thread } of raw) {
        const found = threads.get(thread) ?? { told: new Set(), ended: new Set() };
        threads.set(thread, found);
        if (kind === 'recovered') found.ended.add(channel);
        else if (kind !== 'assigned') found.told.add(channel);
      }
      for (const [thread, { told, ended }] of threads) {
        for (const channel of ended) expect(told.has(channel), `${thread} ended on ${channel}`).toBe(true);
        if (!state.troubles.has(thread) && !state.storms.has(thread))
          expect([...ended].sort()).toEqual([...told].sort());
      }
    });
  });

  test('nothing is due for ever, and nothing that is over is kept', () => {
    forAll(({ state }) => {
      for (const trouble of state.troubles.values())
        expect(trouble.members.some((id) => state.handlings.get(id)?.alarm.clearedAt === null)).toBe(true);
      for (const { trouble } of state.handlings.values())
        expect(state.troubles.has(trouble ?? '')).toBe(true);
      expect(state.silences.size).toBe(0);
    });
  });
});

function wasFlapping(history: Told['history'], id: string): boolean {
  return history.some(({ alarm, kind }) => alarm === id && kind === 'flapping');
}
