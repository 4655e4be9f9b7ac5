import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createIo, hasColor, languageOf } from '../../../adapters/cli/io.ts';
import { clockTime, dayIn, zonedTime } from '../../../adapters/cli/wall-time.ts';

test.each([
  ['a terminal', true, {}, true],
  ['a file or pipe', undefined, {}, false],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1' }, false],
  ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, true],
  ['a dumb terminal', true, { TERM: 'dumb' }, false],
])('%s has colours: %j %j', (_, isTTY, env, expected) => {
  expect(hasColor(isTTY === undefined ? {} : { isTTY }, env)).toBe(expected);
});

test.each([
  [{}, 'en'],
  [{ LANG: 'C.UTF-8' }, 'en'],
  [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'en_US.UTF-8' }, 'en'],
  [{ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW' }, 'zh'],
  [{ LANG: 'zh_CN', LC_ALL: '' }, 'zh'],
])('the language of %j is %s', (env, language) => {
  expect(languageOf(env)).toBe(language);
});

test('what is said cannot steer the terminal', () => {
  const stderr = new PassThrough({ encoding: 'utf8' });
  const stdin = new PassThrough();
  const io = createIo({ stdin, stdout: new PassThrough(), stderr, env: {}, language: 'en' });
  io.say('a \u001b[31mred\u0007 \u009b2J日终\nb');
  expect(stderr.read()).toBe('a red  日终\nb\n');
});

test.each([
  ['2026-11-23T07:30:00.000Z', 'Asia/Shanghai', '2026-11-23 15:30:00+08:00', '15:30'],
  ['2026-11-22T16:00:05.999Z', 'Asia/Shanghai', '2026-11-23 00:00:05+08:00', '00:00:05'],
  ['2026-11-22T15:59:00.000Z', 'Asia/Shanghai', '2026-11-22 23:59:00+08:00', '11-22 23:59'],
  ['2026-11-23T07:30:00.000Z', 'UTC', '2026-11-23 07:30:00Z', '07:30'],
  ['2026-11-23T07:30:00.000Z', 'America/St_Johns', '2026-11-23 04:00:00-03:30', '04:00'],
])('%s is read in %s as %s, on the ledger of 2026-11-23 as %s', (time, zone, zoned, clock) => {
  expect(zonedTime(time, zone)).toBe(zoned);
  expect(clockTime(time, zone, '2026-11-23')).toBe(clock);
  expect(dayIn(zone, Date.parse(time))).toBe(zoned.slice(0, 10));
});

test('no time is no text', () => {
  expect([zonedTime(null, 'UTC'), clockTime(null, 'UTC', '2026-11-23')]).toEqual(['', '']);
});
