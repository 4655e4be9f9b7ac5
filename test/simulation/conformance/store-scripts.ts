/** Scripts that are known to be nasty. */
import type { Owed } from './notice-batches.ts';
import type { Content, StoreStep } from './store-script.ts';

const take = (partition: number, worker: number, dead?: number): StoreStep => ({
  ...{ do: 'take', partition, worker },
  ...(dead === undefined ? {} : { dead }),
});
const open = (partition: number, worker: number): StoreStep => ({ do: 'open', partition, worker });
const beat = (worker: number): StoreStep => ({ do: 'beat', worker });
const release = (partition: number, worker: number): StoreStep => ({ do: 'release', partition, worker });
const leave = (worker: number): StoreStep => ({ do: 'leave', worker });
const pass = (seconds: number): StoreStep => ({ do: 'pass', ms: seconds * 1_000 });
const commit = (
  worker: number,
  content: Content = { events: [0] },
  more: Partial<StoreStep & { readonly do: 'commit' }> = {},
): StoreStep => ({ do: 'commit', partition: 0, worker, from: 'held', content, ...more });
const tail = (after: number, max: number): StoreStep => ({ do: 'tail', partition: 0, after, max });
const begin = (worker: number): StoreStep => ({ do: 'begin-telling', worker });
const renew = (worker: number): StoreStep => ({ do: 'renew-telling', worker });
const end = (worker: number): StoreStep => ({ do: 'end-telling', worker });
const decide = (
  owes: readonly Owed[] = [],
  more: Partial<StoreStep & { readonly do: 'decide' }> = {},
): StoreStep => ({ do: 'decide', worker: 1, from: 'held', owes, ...more });
const owed = (id: number, kind: Owed['kind'] = 'raised', thread = 0, channel = 0): Owed => ({
  ...{ id, thread, kind, channel },
});
const claim = (at: number, max = 5, channel = 0): StoreStep => ({ do: 'claim', channel, at, max });
const settle = (as: (StoreStep & { readonly do: 'settle' })['as'], back = 1, lost = false): StoreStep => ({
  do: 'settle',
  back,
  as,
  lost,
});
const act = (id: number, alarm: number): StoreStep => ({ do: 'act', id, alarm });
const MAKE: StoreStep = { do: 'partitions', wanted: 2 };

export const STORE_SCRIPTS: Readonly<Record<string, readonly StoreStep[]>> = {
  'a partition that nobody ever had is opened': [open(0, 1), open(0, 2), commit(1)],
  'a partition is taken, and opened by whoever has it': [
    ...[
      MAKE,
      { do: 'partitions', wanted: 5 } as const,
      open(0, 1),
      take(0, 1),
      take(0, 2),
      open(0, 2),
      open(0, 1),
      beat(1),
    ],
  ],
  'a lease runs out and another takes it': [
    ...[MAKE, beat(1), take(0, 1), open(0, 1), commit(1), pass(60), take(0, 2), pass(20), take(0, 2)],
    ...[commit(1), open(0, 1), open(0, 2), commit(2), beat(2)],
  ],
  'a lease is renewed, and one that has run out is not': [
    ...[MAKE, take(0, 1), take(1, 2), pass(40), beat(1), pass(40), beat(2), beat(1), take(1, 1), open(1, 2)],
  ],
  'a lease of one who is dead is taken at once': [MAKE, take(0, 1), take(0, 2, 3), take(0, 2, 1), open(0, 1)],
  'a lease that has run out opens nothing': [MAKE, take(0, 1), open(0, 1), pass(80), open(0, 1), commit(1)],
  'what is released is free, but not by others': [
    ...[MAKE, take(0, 1), release(0, 2), take(0, 2), release(0, 1), open(0, 1), take(0, 2), beat(2)],
  ],
  'who leaves has nothing left': [
    MAKE,
    beat(1),
    beat(2),
    take(0, 1),
    take(1, 1),
    leave(1),
    beat(2),
    take(0, 2),
  ],
  'commits go on from one another': [
    open(0, 1),
    commit(1),
    commit(1),
    commit(1),
    tail(0, 2),
    tail(2, 9),
    tail(3, 9),
  ],
  'a commit of an old epoch is refused': [
    ...[open(0, 1), commit(1), open(0, 1), commit(1, { events: [1] }, { from: 'old epoch' }), commit(1)],
  ],
  'a commit that goes on from elsewhere is refused': [
    ...[open(0, 1), commit(1), commit(1, { events: [1] }, { from: 'old sequence' })],
    ...[commit(1, { events: [1] }, { from: 'other tag' }), commit(1, {})],
  ],
  'a batch that is refused leaves nothing of itself': [
    open(0, 1),
    commit(1),
    commit(
      1,
      {
        ...{
          events: [1, 2],
          instances: [{ key: 1, ended: false, open: 1 }],
          alarms: [{ id: 1, over: false }],
        },
        ...{ rejected: [1], notices: [1], changes: 2, watched: 1, held: { root: 1, events: 2 } },
      },
      { from: 'other tag' },
    ),
  ],
  'the answer to a commit is lost': [
    ...[open(0, 1), commit(1), commit(1, { events: [0, 1], changes: 2 }, { lost: true }), commit(1)],
    ...[open(0, 1), commit(1), tail(0, 9)],
  ],
  'snapshots stay behind the journal': [
    ...[
      open(0, 1),
      commit(1, { events: [0, 1], instances: [{ key: 0, ended: false, open: 0 }], marks: true }),
    ],
    ...[commit(1, { events: [1, 1] }), commit(1, { events: [2] }), open(0, 1), tail(2, 9)],
    commit(1, { instances: [{ key: 1, ended: true, open: 1 }], marks: true }),
  ],
  'the same is rejected, asked for and watched again': [
    open(0, 1),
    commit(1, { rejected: [1, 2], notices: [1, 2], watched: 1 }),
    commit(1, { rejected: [2, 3], notices: [2, 3], watched: 1 }),
  ],
  'instances change, end, and go': [
    open(0, 1),
    commit(1, { instances: [0, 1, 2].map((key) => ({ key, ended: false, open: key })) }),
    commit(1, { instances: [{ key: 0, ended: true, open: 0 }], removed: [1] }),
    commit(1, { instances: [{ key: 1, ended: true, open: 2 }], removed: [2, 3] }),
  ],
  'alarms come, are over, and keep their order': [
    open(0, 1),
    commit(1, {
      alarms: [
        { id: 2, over: false },
        { id: 1, over: false },
      ],
    }),
    commit(1, {
      alarms: [
        { id: 0, over: false },
        { id: 2, over: true },
      ],
    }),
  ],
  'what is held back is replaced as a whole': [
    ...[open(0, 1), commit(1, { held: { root: 1, events: 3 } }), commit(1, { held: { root: 2, events: 1 } })],
    ...[commit(1, { held: { root: 1, events: 1 } }), commit(1, { held: { root: 2, events: 0 } })],
  ],
  'two partitions do not meet': [
    ...[
      MAKE,
      take(0, 1),
      take(1, 2),
      open(0, 1),
      open(1, 2),
      commit(1),
      commit(2, { events: [1] }, { partition: 1 }),
    ],
    ...[commit(1, { events: [2] }, { partition: 1 }), tail(0, 9)],
  ],
  'what is published stays in the log': [
    ...[
      open(0, 1),
      commit(1, { changes: 3 }),
      { do: 'publish', upTo: 2 } as const,
      commit(1, { changes: 1 }),
    ],
    ...[{ do: 'publish', upTo: 1 } as const],
  ],
  'one tells, and another when its lease is over': [
    ...[
      begin(1),
      begin(2),
      decide(),
      renew(1),
      pass(60),
      begin(2),
      pass(20),
      begin(2),
      renew(1),
      decide([owed(1)]),
    ],
    ...[decide([owed(2)], { worker: 2 }), begin(1)],
  ],
  'whoever tells lets go': [
    begin(1),
    decide(),
    end(2),
    begin(2),
    end(1),
    begin(2),
    decide(),
    renew(1),
    renew(2),
  ],
  'the same one begins anew': [begin(1), decide([owed(1)]), begin(1), decide([owed(2)]), begin(1)],
  'decisions that go on from elsewhere are refused': [
    ...[
      begin(1),
      decide([owed(1)]),
      decide([owed(2)], { from: 'old epoch' }),
      decide([owed(3)], { from: 'other tag' }),
    ],
    ...[renew(1), claim(1)],
  ],
  'the answer to a decision is lost': [
    ...[
      begin(1),
      decide([owed(1)], { lost: true }),
      decide([owed(2)]),
      renew(1),
      begin(1),
      decide([owed(1), owed(3)]),
    ],
    claim(1),
  ],
  'of a thread only the first is given': [
    ...[begin(1), decide([owed(1), owed(2, 'changed'), owed(3, 'raised', 1), owed(4, 'raised', 0, 1)])],
    ...[claim(1), claim(1), settle('sent', 2), claim(1), claim(1, 5, 1)],
  ],
  'a claim runs out, and what came of it is noted too late': [
    ...[
      begin(1),
      decide([owed(1)]),
      claim(1),
      claim(2),
      claim(3),
      claim(4),
      settle('sent', 2),
      settle('owed', 1),
    ],
    ...[settle('failed', 1), claim(4), claim(9), claim(20)],
  ],
  'outcomes that are not known are counted': [
    ...[
      begin(1),
      decide([owed(1)]),
      claim(1),
      settle('unsure'),
      claim(9),
      settle('unsure'),
      claim(20),
      claim(40),
    ],
    settle('unknown'),
  ],
  'the answer to a note is lost': [
    ...[begin(1), decide([owed(1), owed(2)]), claim(1), settle('sent', 1, true), settle('failed'), claim(9)],
  ],
  'a later update makes an earlier one needless': [
    ...[
      begin(1),
      decide([owed(1), owed(2, 'changed')]),
      decide([owed(3, 'repeated')]),
      claim(1),
      settle('sent'),
    ],
    ...[claim(1), decide([owed(4, 'changed')]), decide([owed(5, 'changed', 1), owed(6, 'changed', 0, 1)])],
  ],
  'two updates of one thread are decided at once': [
    ...[
      begin(1),
      decide([owed(1), owed(2, 'changed'), owed(3, 'changed')]),
      decide([owed(4, 'repeated')]),
      claim(1),
    ],
  ],
  'a notice is owed again under its id': [
    ...[begin(1), decide([owed(1, 'changed')]), decide([owed(2, 'changed'), owed(1, 'changed')]), claim(1)],
    ...[decide([owed(2, 'changed')]), claim(1)],
  ],
  'an update that was tried before is not needless': [
    ...[
      begin(1),
      decide([owed(1, 'changed')]),
      claim(1),
      settle('owed'),
      decide([owed(2, 'changed')]),
      claim(30),
    ],
  ],
  'what is given up is taken once': [
    ...[begin(1), decide([owed(1), owed(2, 'raised', 1)]), claim(1), settle('failed'), settle('unknown', 2)],
    ...[decide([], { takes: true }), decide([], { takes: true })],
  ],
  'channels go': [
    ...[
      begin(1),
      decide([owed(1), owed(2, 'raised', 1, 1)]),
      claim(1),
      { do: 'abandon', channels: [1] } as const,
    ],
    ...[settle('sent'), { do: 'abandon', channels: [] } as const],
  ],
  'what stands on a channel is the last of each thread': [
    ...[begin(1), decide([owed(1), owed(2, 'raised', 1)]), claim(1), settle('sent'), settle('sent', 2)],
    ...[decide([owed(3, 'recovered')]), claim(1), settle('sent')],
  ],
  'acts are kept once and taken in their order': [
    ...[
      begin(1),
      act(1, 1),
      act(2, 1),
      act(1, 1),
      act(1, 2),
      decide([], { takes: true }),
      act(1, 1),
      act(3, 1),
    ],
  ],
};
