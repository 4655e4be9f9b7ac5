import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plain, table, textWidth } from '../../../adapters/cli/table.ts';

const untinted = (_: unknown, text: string) => text;

test.each([
  ['', 0],
  ['settlement', 10],
  ['日终结算', 8],
  ['日终 (a)', 8],
  ['ｶﾅ', 2],
  ['Ａ１', 4],
  ['한국', 4],
  ['、。《》', 8],
  ['𠀀', 2],
  ['é', 1],
  ['é'.normalize('NFD'), 1],
  ['×2 …', 4],
  ['✅', 2],
])('%j takes %i columns', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

describe('a table', () => {
  test('keeps its columns in line where wide characters stand in them', () => {
    const rows = [
      [{ text: '运行中' }, { text: 'a' }, { text: 'last' }],
      [{ text: 'on-time' }, { text: '日终结算' }, { text: '' }],
    ];
    expect(table(['状态', 'FLOW', 'TEXT'], rows, untinted)).toBe(
      ['状态     FLOW      TEXT', '运行中   a         last', 'on-time  日终结算', ''].join('\n'),
    );
  });

  test('counts colours as no width and colours no empty cell', () => {
    const tint = (color: unknown, text: string) => (color === null ? text : `<${color}>${text}</>`);
    const rows = [[{ text: 'ab', tint: 'red' as const }, { text: '', tint: 'red' as const }, { text: 'x' }]];
    expect(table(['LONG', 'B', 'C'], rows, tint)).toBe(
      '<bold>LONG</>  <bold>B</>  <bold>C</>\n<red>ab</>       x\n',
    );
  });

  test('of whatever texts has one line a row and every column where its heading begins', () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 6 }), (rows) => {
        const cells = rows.map(([a, b]) => [{ text: a }, { text: b }, { text: '|' }]);
        const lines = table(['A', 'B', 'C'], cells, untinted).split('\n');
        expect(lines).toHaveLength(rows.length + 2);
        const ends = lines.slice(1, -1).map((line) => textWidth(line.slice(0, line.lastIndexOf('|'))));
        expect(new Set(ends).size).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});

test.each([
  ['\u001b[31mred', '\\u001b[31mred'],
  ['two\nlines', 'two\\u000alines'],
  ['\u202eabc', '\\u202eabc'],
  ['日终 é ✅', '日终 é ✅'],
  ['half \ud800', 'half \ufffd'],
])('%j stands in a line as %j', (text, shown) => {
  expect(plain(text)).toBe(shown);
});
