import type { Io } from './io.ts';
import type { Tint } from './tint.ts';

export interface Cell {
  readonly text: string;
  readonly tint?: Tint | null;
}

/** Wide characters of Chinese, Japanese and Korean, and their full-width forms: two columns each (Unicode, UAX 11). */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
const NOT_PLAIN = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** How many columns a text takes on a terminal. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : NO_WIDTH.test(character) ? 0 : 1;
  return width;
}

/** A text as it may stand in one line of a terminal: control characters and those that turn the line around escaped. */
export function plain(text: string): string {
  return text
    .toWellFormed()
    .replace(NOT_PLAIN, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
}

/** Rows under headings, in columns two spaces apart, one line each with a line end; the last column is not padded. */
export function table(
  headings: readonly string[],
  rows: readonly (readonly Cell[])[],
  tint: Io['tint'],
): string {
  const lines = [headings.map((text): Cell => ({ text, tint: 'bold' })), ...rows].map((row) =>
    row.map((cell) => ({ ...cell, text: plain(cell.text) })),
  );
  const widths = headings.map((_, column) => {
    let widest = 0;
    for (const line of lines) widest = Math.max(widest, textWidth(line[column]?.text ?? ''));
    return widest;
  });
  return lines.map((line) => `${formatLine(line, widths, tint)}\n`).join('');
}

function formatLine(line: readonly Cell[], widths: readonly number[], tint: Io['tint']): string {
  const cells = line.map(({ text, tint: color }, column) => {
    const room = ' '.repeat(Math.max(0, (widths[column] ?? 0) - textWidth(text)));
    return `${text === '' ? '' : tint(color ?? null, text)}${room}`;
  });
  return cells.join('  ').trimEnd();
}
