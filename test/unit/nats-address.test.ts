import { describe, expect, test } from 'vitest';
import { NatsSettingError, natsOptionsFrom, readNatsUrl } from '../../adapters/nats/connect.ts';
import { incarnationFor } from '../../adapters/nats/incarnation.ts';
import { isPublishable } from '../../adapters/nats/outlet.ts';

describe('a NATS URL', () => {
  const plain = { user: null, password: null, token: null, tls: false };
  test.each([
    ['nats://nats.example:4222', { ...plain, servers: ['nats.example:4222'] }],
    ['nats.example', { ...plain, servers: ['nats.example:4222'] }],
    ['10.0.0.1:4223', { ...plain, servers: ['10.0.0.1:4223'] }],
    ['nats://[::1]:4222', { ...plain, servers: ['[::1]:4222'] }],
    ['nats://a:1, nats://b:2', { ...plain, servers: ['a:1', 'b:2'] }],
    ['nats://ann:p%40ss@h', { ...plain, servers: ['h:4222'], user: 'ann', password: 'p@ss' }],
    ['nats://t0ken@h', { ...plain, servers: ['h:4222'], token: 't0ken' }],
    ['tls://ann:x@h:1', { ...plain, servers: ['h:1'], user: 'ann', password: 'x', tls: true }],
  ])('%s is understood', (url, expected) => {
    expect(readNatsUrl(url)).toMatchObject(expected);
  });

  test('what is shown of it holds no secret', () => {
    expect(readNatsUrl('nats://ann:hush@h1,nats://tok@h2').shown).toBe('h1:4222, h2:4222');
  });

  test.each(['', ' , ', 'http://h', 'nats://ann:hush@', 'nats://ann:hush@h:port'])(
    '"%s" is refused without repeating it',
    (url) => {
      expect(() => readNatsUrl(url)).toThrow(NatsSettingError);
      expect(() => readNatsUrl(url)).not.toThrow(/hush/);
    },
  );

  test('comes from the environment with its files, or not at all', () => {
    expect(natsOptionsFrom({})).toBe(null);
    expect(natsOptionsFrom({ NATS_URL: 'nats://h', NATS_CREDS: '/c', NATS_CA: '/ca' })).toEqual({
      url: 'nats://h',
      credsFile: '/c',
      tls: { caFile: '/ca' },
    });
  });
});

describe('the incarnation that a reader sees', () => {
  const created = 'MILEPOST@2026-11-23T00:00:00.000Z';
  const other = 'MILEPOST@2026-11-24T00:00:00.000Z';
  test.each([
    ['of a reader that knows none yet', '', 0, created, 5, created],
    ['of the same stream', created, 5, created, 5, created],
    ['of the same stream with more in it', created, 5, created, 9, created],
    ['of another stream', created, 5, other, 9, other],
    ['of the same stream with an earlier end', created, 5, created, 4, `${created}~2`],
    ['of its second life', `${created}~2`, 3, created, 4, `${created}~2`],
    ['of its second life with an earlier end', `${created}~2`, 5, created, 4, `${created}~3`],
    ['of another stream after a second life', `${created}~2`, 5, other, 4, other],
  ])('%s', (_, incarnation, sequence, now, lastSequence, expected) => {
    expect(incarnationFor({ incarnation, sequence }, { incarnation: now, lastSequence })).toBe(expected);
  });
});

test.each([
  ['a', true],
  ['milepost.alarm.critical.清算', true],
  ['a.b-c_d%2F', true],
  ['', false],
  ['a.', false],
  ['.a', false],
  ['a..b', false],
  ['a b', false],
  ['a\tb', false],
  ['a\u0000b', false],
  ['a.*', false],
  ['a.>', false],
])('whether "%s" can be published on: %s', (subject, expected) => {
  expect(isPublishable(subject)).toBe(expected);
});
