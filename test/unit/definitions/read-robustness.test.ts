import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDefinitions } from '../../../definitions/read-definitions.ts';
import { DEPTH_LIMIT, DOCUMENT_LIMIT, SIZE_LIMIT, TOKEN_LIMIT } from '../../../definitions/read-guard.ts';
import { EXAMPLE } from './read-example.ts';

function codesIn(text: string): readonly string[] {
  return readDefinitions([{ file: 'a.yaml', text }]).findings.map(({ code }) => code);
}

/** Text of the given length that repeats a piece. */
const fill = (piece: string, length = SIZE_LIMIT) =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
const nested = (depth: number) =>
  Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}${level === 0 ? 'collector' : 'a'}:`).join(
    '\n',
  );

describe('limits', () => {
  it('reads a file of the largest size and refuses a larger one', () => {
    const head = 'calendar: c\n#';
    expect(codesIn(head + fill('x', SIZE_LIMIT - head.length))).toEqual([]);
    expect(codesIn(head + fill('x', SIZE_LIMIT - head.length + 1))).toEqual(['too-large']);
    expect(codesIn(head + fill('算', SIZE_LIMIT / 2))).toEqual(['too-large']);
  });

  it('reads blocks and brackets nested as deep as allowed, and refuses deeper ones', () => {
    expect(codesIn(`${nested(DEPTH_LIMIT - 1)} x`)).toEqual(['not-evaluated', 'wrong-type']);
    expect(codesIn(`${nested(DEPTH_LIMIT + 1)} x`)).toEqual(['too-deep']);
    const brackets = (depth: number) => `collector: v\na: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
    expect(codesIn(brackets(DEPTH_LIMIT - 1))).toEqual(['not-evaluated']);
    expect(codesIn(brackets(DEPTH_LIMIT))).toEqual(['too-deep']);
  });

  it('is not misled by brackets and dashes in texts', () => {
    const line = `  - when: a\n    do: { alarm: a, text: "[{[{ - - - -" }\n  - do: { alarm: b, text: it is [ or { }\n`;
    const good = line.replace('it is [ or {', "'[[[ {{{'");
    expect(
      codesIn(`flow: f\nsteps: { a: }\non:\n  created:\n${good.repeat(50).replace(/^ {2}/gm, '    ')}`),
    ).toEqual([]);
  });

  it('refuses a document of too many words, and a file of too many documents', () => {
    expect(codesIn(`collector: v\na: [${fill('a,', TOKEN_LIMIT + 2)}]\n`)).toEqual(['too-large']);
    expect(codesIn(fill('---\n', 4 * (DOCUMENT_LIMIT + 1)))).toEqual(['too-large']);
  });

  it('refuses only the document that is too deep', () => {
    const { documents, findings } = readDefinitions([
      { file: 'a.yaml', text: `calendar: a\n---\n${'['.repeat(5000)}\n---\ncalendar: b\n` },
    ]);
    expect(documents.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(findings).toMatchObject([{ code: 'too-deep', at: { line: 3, column: DEPTH_LIMIT } }]);
  });
});

describe('hostile files', () => {
  it.each([
    ['dashes', '- '],
    ['dashes without end', '-'],
    ['opening brackets', '['],
    ['opening braces', '{'],
    ['both', '[{'],
    ['question marks', '? '],
    ['question marks in braces', '{? '],
    ['colons', ': '],
    ['keys on one line', 'a: '],
    ['mappings in a list', '- a: '],
    ['mappings in brackets', '[a: b, '],
    ['closing brackets', ']'],
    ['anchors', '&a '],
    ['aliases', '*a '],
    ['tags', '!a '],
    ['nested anchors', '- &a '],
    ['quotes', '"'],
    ['single quotes', "'"],
    ['quotes on lines', '"\n'],
    ['backslashes in quotes', '"\\\\\\\\'],
    ['block texts', 'a: |\n'],
    ['folded texts', '- >\n'],
    ['lines', '\n'],
    ['carriage returns', '\r'],
    ['tabs', '\t'],
    ['directives', '%A\n'],
    ['comments', '#\n'],
    ['document starts', '---\n'],
    ['document ends', '...\n'],
    ['zero bytes', '\0'],
    ['marks of the lexer', '\x02\x18\x1f'],
    ['byte order marks', '\uFEFF'],
    ['halves of characters', '\ud800'],
    ['merge keys', '<<: '],
  ])('ends with findings for a file full of %s', (_, piece) => {
    const findings = codesIn(fill(piece, 100_000));
    expect(findings.length).toBeGreaterThan(0);
    expect(codesIn(`calendar: ${fill(piece, 20_000)}`).length).toBeGreaterThan(0);
  });

  it('ends for indentation that grows with each line', () => {
    const lines = (item: string) =>
      Array.from({ length: 500 }, (_, level) => ' '.repeat(level) + item).join('\n');
    expect(codesIn(lines('a:'))).toEqual(['too-deep']);
    expect(codesIn(lines('-'))).toEqual(['too-deep']);
    expect(codesIn(lines('? '))).toEqual(['too-deep']);
  });

  it('ends for a document of many different keys', () => {
    const keys = Array.from({ length: 9000 }, (_, n) => `k${n}: 1`).join('\n');
    expect(codesIn(`calendar: c\n${keys}\n`)).toHaveLength(9000);
  });

  it('gets no further than the names for a bomb of aliases', () => {
    const bomb = Array.from(
      { length: 9 },
      (_, n) => `${n ? 'abcdefghi'[n] : 'view'}: &${n} [${fill(`*${n - 1},`, 27)}]`,
    );
    expect(codesIn(bomb.join('\n')).filter((code) => code === 'anchor')).toHaveLength(9);
  });
});

describe('any text', () => {
  const piece = fc.constantFrom(
    ...[
      '- ',
      '? ',
      ': ',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '\n',
      '\n  ',
      '#',
      '&a ',
      '*a ',
      '!t ',
      '|\n',
      '>\n',
    ],
    ...[
      '---\n',
      '...\n',
      '%YAML 1.1\n',
      '\t',
      '\r\n',
      '<<: ',
      '000001',
      'true',
      '~',
      '__proto__: ',
      'flow: f\n',
      '\0',
    ],
  );
  const soup = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
  /** The example with a few places cut out, doubled or filled with soup. */
  const mutant = fc
    .array(fc.tuple(fc.nat(EXAMPLE.length), fc.nat(12), soup), { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (text, [at, cut, insert]) => text.slice(0, at) + insert.slice(0, 8) + text.slice(at + cut),
        EXAMPLE,
      ),
    );

  it('is read without throwing, every finding with a place in the text, a code and a remedy', () => {
    fc.assert(
      fc.property(fc.oneof(soup, mutant, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        const { documents, findings } = readDefinitions([{ file: 'a.yaml', text }]);
        const lines = text.split('\n');
        for (const { at, code, message } of findings) {
          expect(at.file).toBe('a.yaml');
          expect(at.line).toBeGreaterThanOrEqual(1);
          expect(at.line).toBeLessThanOrEqual(lines.length);
          expect(at.column).toBeGreaterThanOrEqual(1);
          expect(at.column).toBeLessThanOrEqual((lines[at.line - 1] ?? '').length + 2);
          expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
          expect(message).toMatch(/[:,?]/);
          expect(message).not.toMatch(/\n/);
        }
        for (const { name } of documents) expect(name).toMatch(/^[a-z][a-z0-9-]{0,63}$/);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('gives the same the second time', () => {
    fc.assert(
      fc.property(mutant, (text) => {
        const sources = [{ file: 'a.yaml', text }];
        expect(readDefinitions(sources)).toEqual(readDefinitions(sources));
      }),
      { numRuns: 50, seed: 2 },
    );
  });

  it('finds in one file what it finds in its documents apart, whatever is broken in one of them', () => {
    const [first = '', , third = ''] = EXAMPLE.split('---\n');
    fc.assert(
      fc.property(soup, (broken) => {
        const apart = broken.replace(/^(?:---|\.\.\.|%).*$/gm, '').replace(/\r/g, '');
        const { documents } = readDefinitions([
          { file: 'a.yaml', text: `${first}---\n${apart}\n---\n${third}` },
        ]);
        const names = documents.map(({ name }) => name);
        expect(names).toContain('receive-file');
        expect(names).toContain('shfe');
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});
