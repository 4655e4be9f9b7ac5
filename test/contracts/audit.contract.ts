import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AuditAct, type AuditLog, CursorError, type HandlingAct } from '../../engine/index.ts';

export interface AuditBench {
  readonly audit: AuditLog;
  /** keeps an act for the notifier, and lets it say what came of it; null: it waits */
  taken(
    act: HandlingAct,
    outcome: { readonly done: boolean; readonly reason: string | null } | null,
  ): Promise<void>;
  close(): Promise<void>;
}

const NOON = Date.parse('2026-11-23T04:00:00.123Z');

const said = (more: Partial<AuditAct> = {}): AuditAct => ({
  ...{ at: NOON, by: '李伟', kind: 'ack', target: 'settlement/k/receive/late/1', detail: '{"text":"on it"}' },
  origin: '127.0.0.1',
  ...more,
});

/** What every audit log does, wherever it keeps it. */
export function auditContract(name: string, make: () => Promise<AuditBench>): void {
  describe(`${name} as audit log`, () => {
    let bench: AuditBench;
    beforeEach(async () => {
      bench = await make();
    });
    afterEach(() => bench.close());

    const list = async (limit = 10, cursor: string | null = null) => bench.audit.list({}, limit, cursor);

    test('keeps who does what to what, when and from where, before anybody knows what came of it', async () => {
      const id = await bench.audit.begin(said());
      expect(await list()).toEqual({ items: [{ ...said(), id, outcome: null }], next: null });
    });

    test('adds what became of it once', async () => {
      const id = await bench.audit.begin(said({ target: null }));
      await bench.audit.settle(id, { kind: 'refused', reason: 'no', act: null });
      await bench.audit.settle(id, { kind: 'done', reason: null, act: null });
      const { items } = await list();
      expect(items).toEqual([
        { ...said({ target: null }), id, outcome: { kind: 'refused', reason: 'no', act: null } },
      ]);
    });

    test.each([
      ['that waits is taken', null, { kind: 'taken', reason: null }],
      ['that was done is done', { done: true, reason: null }, { kind: 'done', reason: null }],
      [
        'that could not be done tells why',
        { done: false, reason: 'over' },
        { kind: 'refused', reason: 'over' },
      ],
    ])('an act of the notifier %s', async (_, outcome, shown) => {
      const id = await bench.audit.begin(said());
      await bench.audit.settle(id, { kind: 'taken', reason: null, act: 'a1' });
      const act: HandlingAct = {
        ...{ kind: 'ack', id: 'a1', by: '李伟', time: NOON, alarm: 'a', all: false, text: null },
      };
      await bench.taken(act, outcome);
      expect((await list()).items[0]?.outcome).toEqual({ ...shown, act: 'a1' });
    });

    test('lists the newest first, in pages, by name, by kind and by what it was done to', async () => {
      for (const by of ['a', 'b', 'a', 'b', 'a']) await bench.audit.begin(said({ by }));
      await bench.audit.begin(said({ kind: 'reload', target: null }));
      const first = await list(4);
      expect(first.items.map(({ by }) => by)).toEqual(['李伟', 'a', 'b', 'a']);
      const second = await list(4, first.next);
      expect(second.items.map(({ by }) => by)).toEqual(['b', 'a']);
      expect(second.next).toBeNull();
      expect((await bench.audit.list({ by: 'b' }, 10, null)).items.length).toBe(2);
      expect((await bench.audit.list({ kind: 'reload' }, 10, null)).items.length).toBe(1);
      expect((await bench.audit.list({ target: said().target ?? '', by: 'a' }, 10, null)).items.length).toBe(
        3,
      );
      await expect(list(4, 'nonsense')).rejects.toThrow(CursorError);
    });
  });
}
