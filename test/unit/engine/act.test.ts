/** Operators' acts as they travel: what is read back, and what is refused with the field and the remedy. */
import { describe, expect, it } from 'vitest';
import { actDigest, actToJson, readAct, readActText } from '../../../engine/index.ts';

const TIME = Date.UTC(2026, 10, 23, 9);
const DONE = { id: 'a-1', flow: 'work', reason: 'holiday of the supplier', by: 'ann', time: TIME };
const SAID = { ...DONE, time: '2026-11-23T09:00:00Z' };
const WAIVE = { ...SAID, act: 'waive', day: '2026-11-23' };
const CLOSE = { ...SAID, act: 'close', key: 'k/1', alarm: 'work/k%2F1/a/slow/1' };

/** The fields that are wrong. */
function wrong(input: unknown): readonly string[] {
  const read = readAct(input);
  return read.ok ? [] : read.problems.map(({ path }) => path);
}

describe('an act that is understood', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['waives a day', WAIVE, { ...DONE, kind: 'waive', day: '2026-11-23', key: null, step: null }],
    [
      'waives a step of an instance',
      { ...SAID, act: 'waive', key: 'a/b', step: 's' },
      { ...DONE, kind: 'waive', day: null, key: 'a/b', step: 's' },
    ],
    [
      'takes a waiver back',
      { ...WAIVE, act: 'unwaive', key: null },
      { ...DONE, kind: 'unwaive', day: '2026-11-23', key: null, step: null },
    ],
    ['closes an alarm', CLOSE, { ...DONE, kind: 'close', key: 'k/1', alarm: CLOSE.alarm }],
  ])('%s, and is written as it was read', (_, input, act) => {
    const read = readAct(input);
    expect(read).toEqual({ ok: true, act });
    if (read.ok) expect(readActText(actToJson(read.act))).toEqual(read);
  });

  it.each([
    ['id', 128],
    ['reason', 500],
    ['by', 128],
    ['flow', 64],
  ])('may have a %s of %d characters, and not one more', (field, max) => {
    expect(wrong({ ...WAIVE, [field]: 'x'.repeat(max) })).toEqual([]);
    expect(wrong({ ...WAIVE, [field]: 'x'.repeat(max + 1) })).toEqual([field]);
  });
});

describe('an act that is refused says which field and what to write', () => {
  it.each([[null], [undefined], ['waive'], [7], [[]], [[WAIVE]]])('%j is no act', (input) => {
    expect(readAct(input)).toEqual({
      ok: false,
      problems: [{ path: '', message: 'an act is a JSON object' }],
    });
  });

  it.each<[string, Record<string, unknown>, readonly string[]]>([
    ['no such kind', { ...WAIVE, act: 'forget' }, ['act']],
    ['no kind', { ...WAIVE, act: undefined }, ['act']],
    ['no id', { ...WAIVE, id: undefined }, ['id']],
    ['an id that is a number', { ...WAIVE, id: 5 }, ['id']],
    ['an id that is a list', { ...WAIVE, id: ['a'] }, ['id']],
    ['an empty reason', { ...WAIVE, reason: '' }, ['reason']],
    ['a name with half a surrogate pair', { ...WAIVE, by: '\ud800' }, ['by']],
    ['a name with NUL', { ...WAIVE, by: 'a\0b' }, ['by']],
    ['a day that is none', { ...WAIVE, day: '2026-02-30' }, ['day']],
    ['a day and a key', { ...WAIVE, key: 'k' }, ['day']],
    ['neither a day nor a key', { ...WAIVE, day: null }, ['day']],
    ['a key with an empty part', { ...WAIVE, day: null, key: 'a//b' }, ['key']],
    ['an empty step', { ...WAIVE, step: '' }, ['step']],
    ['a time without offset', { ...WAIVE, time: '2026-11-23T09:00:00' }, ['time']],
    ['no alarm to close', { ...CLOSE, alarm: undefined }, ['alarm']],
    ['no key of the alarm', { ...CLOSE, key: undefined }, ['key']],
    ['several things at once', { ...WAIVE, id: '', flow: '', by: '' }, ['id', 'flow', 'by']],
  ])('%s', (_, input, fields) => {
    expect(wrong(input)).toEqual(fields);
    const read = readAct(input);
    for (const { message } of read.ok ? [] : read.problems) expect(message).toMatch(/\w+ \w+/);
  });

  it('text that is no JSON', () => {
    expect(readActText('{')).toEqual({ ok: false, problems: [{ path: '', message: 'the act is no JSON' }] });
  });
});

it('an act has the same digest when it is sent again, and another when anything in it differs', () => {
  const digest = (input: unknown) => {
    const read = readAct(input);
    return read.ok ? actDigest(read.act) : 'refused';
  };
  const same = digest(WAIVE);
  expect(same).toMatch(/^[\w-]{22}$/);
  expect(digest({ ...WAIVE, time: '2026-11-23T10:00:00+01:00' })).toBe(same);
  const others = [{ id: 'a-2' }, { reason: 'x' }, { by: 'bob' }, { step: 's' }, { day: '2026-11-24' }];
  const digests = others.map((change) => digest({ ...WAIVE, ...change }));
  expect(new Set([...digests, same]).size).toBe(others.length + 1);
});
