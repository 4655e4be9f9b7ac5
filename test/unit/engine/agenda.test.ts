import { assert, constantFrom, nat, property, record, tuple, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AgendaItem, createAgenda } from '../../../engine/agenda.ts';

const KINDS = ['day', 'event', 'due'] as const;

/** All that is on the agenda, in the order in which it leaves. */
function leaving(agenda: ReturnType<typeof createAgenda<AgendaItem>>): string[] {
  const names: string[] = [];
  for (let next = agenda.take(1000); next !== null; next = agenda.take(1000))
    names.push(`${next.release} ${next.item.kind} ${next.item.name}`);
  return names;
}

describe('the agenda', () => {
  it('lets days begin first, then events, then due times, where the time is the same', () => {
    const agenda = createAgenda<AgendaItem>();
    agenda.add({ kind: 'due', name: 'a' }, 5);
    agenda.add({ kind: 'event', name: 'b' }, 5);
    agenda.add({ kind: 'day', name: 'c' }, 5);
    agenda.add({ kind: 'due', name: 'd' }, 4);
    expect(leaving(agenda)).toEqual(['4 due d', '5 day c', '5 event b', '5 due a']);
  });

  it('keeps a due time until the clock has passed it, and lets the others go at their time', () => {
    const agenda = createAgenda<AgendaItem>();
    agenda.add({ kind: 'due', name: 'a' }, 5);
    expect(agenda.take(5)).toBeNull();
    agenda.add({ kind: 'event', name: 'b' }, 5);
    expect(agenda.take(5)?.item.name).toBe('b');
    expect(agenda.take(5.5)?.item.name).toBe('a');
    expect(agenda.first()).toBeNull();
  });

  it('refuses a ticket that is void', () => {
    const agenda = createAgenda<AgendaItem>();
    const ticket = agenda.add({ kind: 'due', name: 'a' }, 5);
    agenda.remove(ticket);
    expect(() => agenda.remove(ticket)).toThrow(/ticket 0 of the agenda is void/);
    expect(() => agenda.move(ticket, 6)).toThrow(/void/);
  });

  it('gives what a sorted list would give, whatever is added, moved and removed before', () => {
    const step = record({ what: constantFrom('move', 'remove', 'take'), of: nat(199), release: nat(20) });
    const item = record({
      kind: constantFrom(...KINDS),
      name: nat(99).map((n) => `n${n}`),
      release: nat(20),
    });
    const items = uniqueArray(item, {
      maxLength: 200,
      size: 'max',
      selector: ({ kind, name }) => `${kind} ${name}`,
    });
    assert(
      property(tuple(items, uniqueArray(step, { maxLength: 60, size: 'max' })), ([added, steps]) => {
        const agenda = createAgenda<AgendaItem>();
        const model = new Map<number, { item: AgendaItem; release: number }>();
        const sorted = () =>
          [...model].sort(
            ([, a], [, b]) =>
              a.release - b.release ||
              KINDS.indexOf(a.item.kind) - KINDS.indexOf(b.item.kind) ||
              (a.item.name < b.item.name ? -1 : 1),
          );
        for (const { kind, name, release } of added)
          model.set(agenda.add({ kind, name }, release), { item: { kind, name }, release });
        for (const { what, of: nth, release } of steps) {
          const of = [...model.keys()][nth % model.size] ?? -1;
          const held = model.get(of);
          expect(agenda.first()).toBe(sorted()[0]?.[1].release ?? null);
          const due = [...model.values()].filter(({ release }) => release <= 9).map(({ item }) => item);
          expect(new Set(agenda.dueBy(9))).toEqual(new Set(due));
          if (what === 'take') {
            const [first] = sorted();
            expect(agenda.take(1000)).toEqual(first?.[1] ?? null);
            if (first !== undefined) model.delete(first[0]);
          } else if (held !== undefined && what === 'move') {
            agenda.move(of, release);
            model.set(of, { ...held, release });
            expect(agenda.releaseOf(of)).toBe(release);
          } else if (held !== undefined) {
            agenda.remove(of);
            model.delete(of);
          }
          expect(agenda.size).toBe(model.size);
        }
        const wanted = sorted().map(
          ([
            ,
            {
              item: { kind, name },
              release,
            },
          ]) => `${release} ${kind} ${name}`,
        );
        expect(leaving(agenda)).toEqual(wanted);
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
