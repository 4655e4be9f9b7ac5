import { describe, expect, it } from 'vitest';
import { placeAt } from '../../../adapters/lsp/path-at.ts';
import { aboutKey, keysAt, valuesAt } from '../../../adapters/lsp/schema-at.ts';

/** The place of the `|` in a text. */
function at(marked: string) {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  const text = marked.replace('|', '');
  return placeAt(text, before.length - 1, before.at(-1)?.length ?? 0);
}

describe('where the cursor stands', () => {
  const cases: readonly [string, readonly string[], 'key' | 'value', string][] = [
    ['fl|', [], 'key', 'fl'],
    ['flow: settle|', ['flow'], 'value', 'settle'],
    ['flow: f\ntitle:\n  |', ['title'], 'key', ''],
    ['flow: f\nsteps:\n  receive:\n    check|', ['steps', 'receive'], 'key', 'check'],
    ['flow: f\nsteps:\n  receive:\n    checkpoint: re|', ['steps', 'receive', 'checkpoint'], 'value', 're'],
    ['flow: f\nsteps:\n  receive:\n    title: x\n  open: {|', ['steps', 'open'], 'key', ''],
    ['flow: f\nsteps:\n  open: { gate: tr|', ['steps', 'open', 'gate'], 'value', 'tr'],
    ['flow: f\nsteps:\n  a: { timers: { t: { in: 1m }, |', ['steps', 'a', 'timers'], 'key', ''],
    ['flow: f\nconnectors:\n  - { from: a, to: |', ['connectors', 'to'], 'value', ''],
    ['flow: f\nconnectors:\n  - from: a\n    to: b|', ['connectors', 'to'], 'value', 'b'],
    ['flow: f\nconnectors:\n  - from: a\n    |', ['connectors'], 'key', ''],
    [
      'flow: f\nsteps:\n  a:\n    on:\n      committed:\n        - when: A < |',
      ['steps', 'a', 'on', 'committed', 'when'],
      'value',
      'A < ',
    ],
    ['flow: f\nsteps:\n  a: {\n    timers: {},\n    |', ['steps', 'a'], 'key', ''],
    ['flow: f # a: { comment\nsteps:\n  a:\n    |', ['steps', 'a'], 'key', ''],
    ['flow: f\nsteps:\n  a: { title: "it: {x}", |', ['steps', 'a'], 'key', ''],
    ['flow: f\n---\ncalendar: c\n|', [], 'key', ''],
    ['flow: f\nsteps:\n  a: { each: [x, |', ['steps', 'a', 'each'], 'value', ''],
  ];
  it.each(cases)('%j', (marked, path, writes, word) => {
    expect(at(marked)).toMatchObject({ path, writes, word });
  });

  it('knows the document by its first key', () => {
    expect(at('flow: a\n---\ncheckpoint: b # x\nparams:\n  |').document).toEqual({
      kind: 'checkpoint',
      name: 'b',
      line: 2,
    });
    expect(at('|').document).toBeNull();
  });

  it('never fails on half a text', () => {
    const text = 'flow: f\nsteps: { a: { on: { state: [ { when: "x\n }]: {{ - -\n\t- k:: |';
    for (let length = 0; length < text.length; length++) {
      const lines = text.slice(0, length).split('\n');
      expect(placeAt(text, lines.length - 1, lines.at(-1)?.length ?? 0).path).toBeInstanceOf(Array);
    }
  });
});

describe('what the schemas say of a place', () => {
  it('are the keys of a step, of a timer, of a rule and of a flow', () => {
    const names = (path: readonly string[]) => keysAt('flow', path).map(({ name }) => name);
    expect(names([])).toEqual(expect.arrayContaining(['title', 'calendar', 'steps', 'connectors', 'on']));
    expect(names(['steps', 'receive'])).toEqual(
      expect.arrayContaining(['checkpoint', 'gate', 'timers', 'split']),
    );
    expect(names(['steps', 'receive', 'timers', 'late'])).toEqual(
      expect.arrayContaining(['after', 'in', 'until', 'at']),
    );
    expect(names(['steps', 'receive', 'on', 'committed'])).toEqual(expect.arrayContaining(['when', 'do']));
    expect(names(['connectors'])).toEqual(expect.arrayContaining(['from', 'to', 'when', 'limit']));
    expect(names(['nothing', 'here'])).toEqual([]);
  });

  it('are values, and a sentence for every key', () => {
    expect(valuesAt('flow', ['steps', 'a', 'split'])).toEqual(['all', 'first', 'event']);
    expect(valuesAt('calendar', ['weekend'])).toContain('sat');
    expect(aboutKey('flow', ['abandon'])).toMatch(/default: 30d/);
    expect(aboutKey('flow', ['nothing'])).toBeNull();
  });
});
