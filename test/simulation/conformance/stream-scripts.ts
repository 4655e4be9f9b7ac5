/** Scripts that are known to be nasty. */
import type { StreamStep } from './stream-script.ts';

export interface WrittenScript {
  readonly partitions: number;
  /** whether the server sorts what producers send */
  readonly sorts: boolean;
  /** how long the stream knows ids, ms; default two minutes */
  readonly window?: number;
  readonly script: readonly StreamStep[];
}

const send = (...keys: readonly (string | null)[]): StreamStep => ({ do: 'send', keys });
const lost = (...keys: readonly string[]): StreamStep => ({ do: 'send', keys, lost: true });
const sorted = (...keys: readonly string[]): StreamStep => ({ do: 'send', keys, sorted: true });
const again = (back = 1): StreamStep => ({ do: 'again', back });
const start = (reader: string, from: 'committed' | 'zero' | 'beyond' = 'committed'): StreamStep => ({
  ...{ do: 'start', reader, from },
});
const read = (reader: string, most = 10): StreamStep => ({ do: 'read', reader, most });
const confirm = (reader: string): StreamStep => ({ do: 'confirm', reader });
const one = (...script: readonly StreamStep[]): WrittenScript => ({ partitions: 1, sorts: false, script });
const three = (...script: readonly StreamStep[]): WrittenScript => ({ partitions: 3, sorts: true, script });
const unsorted = (...script: readonly StreamStep[]): WrittenScript => ({
  ...{ partitions: 3, sorts: false, script },
});
const ask = (reader: string): StreamStep => ({ do: 'ask', reader });
const answer = (reader: string): StreamStep => ({ do: 'answer', reader });
const passOn = (reader: string): StreamStep => ({ do: 'pass-on', reader });
const drop = (reader: string): StreamStep => ({ do: 'delete-consumer', reader });
const stop = (reader: string): StreamStep => ({ do: 'stop', reader });
const PURGE: StreamStep = { do: 'purge' };
const REMAKE: StreamStep = { do: 'remake' };
const RESTART: StreamStep = { do: 'restart' };

export const STREAM_SCRIPTS: Readonly<Record<string, WrittenScript>> = {
  'a message is sent again under its id': one(
    ...[start('0'), send('a', 'b'), again(), send('c'), again(2), read('0')],
  ),
  'the answer to a message is lost, and it is sent again': one(
    ...[start('0'), lost('a', 'b'), again(), read('0'), confirm('0'), again(), read('0')],
  ),
  'a message is sent again after its id was forgotten': {
    ...one(send('a'), { do: 'pass', ms: 2_600 }, again(), send('b'), start('0'), read('0')),
    window: 1_000,
  },
  'only part of what comes again is new': one(
    ...[send('a'), lost('b', 'c'), again(), again(3), start('0'), read('0')],
  ),
  'reading begins in the middle': one(
    ...[start('0'), send('a', 'b', 'c', 'd'), read('0', 2), confirm('0'), start('0'), read('0')],
  ),
  'what was read and not committed comes again': one(
    ...[
      start('0'),
      send('a', 'b', 'c'),
      read('0'),
      start('0'),
      read('0', 1),
      confirm('0'),
      start('0'),
      read('0'),
    ],
  ),
  'the position is older than what was confirmed': one(
    ...[start('0'), send('a', 'b', 'c'), read('0'), confirm('0'), start('0', 'zero'), read('0')],
  ),
  'the position is further than the stream': one(
    ...[
      start('0'),
      send('a', 'b'),
      read('0'),
      confirm('0'),
      start('0', 'beyond'),
      read('0'),
      send('c'),
      read('0'),
    ],
  ),
  'the position is further than the stream, again and again': one(
    ...[
      start('0'),
      send('a'),
      read('0'),
      confirm('0'),
      start('0', 'beyond'),
      start('0', 'beyond'),
      read('0'),
    ],
  ),
  'the consumer is deleted under its reader': one(
    ...[start('0'), send('a', 'b', 'c'), read('0', 1), drop('0')],
    ...[send('d'), read('0'), confirm('0'), send('e'), read('0')],
  ),
  'another reader takes the place': one(
    ...[start('0'), send('a', 'b', 'c'), read('0', 1), start('0b'), read('0b'), read('0'), read('0b')],
  ),
  'a place is taken and taken back': one(
    ...[
      start('0'),
      send('a'),
      start('0b'),
      read('0b'),
      confirm('0b'),
      start('0'),
      send('b'),
      read('0b'),
      read('0'),
    ],
  ),
  'a reader whose place was taken is asked while more comes': one(
    ...[start('0'), read('0'), start('0b'), send('a', 'b'), read('0'), read('0b')],
  ),
  'the stream is deleted and made anew under its reader': one(
    ...[start('0'), send('a', 'b', 'c'), read('0', 1), confirm('0'), REMAKE, read('0')],
    ...[start('0'), read('0'), send('d'), read('0')],
  ),
  'a stream that was made anew is sent the same again': one(
    ...[start('0'), send('a', 'b'), read('0'), confirm('0'), REMAKE, again(), start('0'), read('0')],
  ),
  'a stream is made anew while nobody reads': one(
    ...[start('0'), send('a', 'b', 'c'), read('0'), confirm('0'), stop('0')],
    ...[REMAKE, send('d'), start('0'), read('0')],
  ),
  'what is applied is purged': one(
    ...[start('0'), send('a', 'b', 'c'), read('0', 2), confirm('0'), PURGE, read('0'), start('0'), read('0')],
  ),
  'all of it is purged, and the count goes on': one(
    ...[start('0'), send('a', 'b'), read('0'), confirm('0'), PURGE, read('0'), send('c'), read('0')],
    ...[start('0'), read('0')],
  ),
  'what was purged is sent again under its id': one(
    ...[start('0'), send('a', 'b'), read('0'), confirm('0'), PURGE, again(), read('0')],
  ),
  'what was purged would be read again': one(
    ...[start('0'), send('a', 'b', 'c'), read('0', 2), confirm('0'), PURGE, start('0', 'zero'), read('0')],
  ),
  'a server is killed and comes back': one(
    ...[start('0'), send('a', 'b', 'c'), read('0', 1), confirm('0'), RESTART, read('0'), again(), read('0')],
  ),
  'readers are given their own': three(
    ...[
      start('0'),
      start('1'),
      start('2'),
      send('a', 'b', 'c', 'd', 'e', 'f'),
      read('0'),
      read('1'),
      read('2'),
    ],
    ...[confirm('0'), confirm('1'), send('a', 'b', 'c'), read('0'), read('1'), read('2')],
  ),
  'messages that the sender sorts are where the server puts them': three(
    ...[sorted('a', 'b', 'c', 'd.e'), send('a', 'b', 'c', 'd.e')],
    ...[start('0'), start('1'), start('2'), read('0'), read('1'), read('2')],
  ),
  'one of several is read from its middle': three(
    ...[send('a', 'b', 'c', 'a', 'b', 'c'), start('1'), read('1', 1), confirm('1'), start('1'), read('1')],
    ...[start('2'), read('2'), start('0'), read('0')],
  ),
  'what comes without a key is read by the first': three(
    ...[start('0'), send('a', null, 'b', null, 'c'), read('0'), passOn('0'), confirm('0')],
    ...[start('1'), read('1'), start('2'), read('2'), read('0')],
  ),
  'nobody says that there is nothing while what may be his is unsorted': unsorted(
    ...[start('0'), start('1'), ask('1'), answer('1'), send('a')],
    ...[ask('1'), read('0'), passOn('0')],
    ...[confirm('0'), answer('1'), read('1'), start('2'), read('2')],
  ),
  'what is unsorted is passed on twice': unsorted(
    ...[start('0'), send('a', 'b', 'c', null), read('0'), passOn('0'), start('0'), read('0')],
    ...[passOn('0'), confirm('0'), start('1'), start('2'), read('1'), read('2'), read('0')],
  ),
};
