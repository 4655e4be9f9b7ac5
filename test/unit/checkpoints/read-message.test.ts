import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_EVENT_BYTES, MAX_MESSAGE_BYTES, readMessage } from '../../../checkpoints/index.ts';
import { bytes, cloud, messages, native } from './event-samples.ts';

const one = JSON.stringify(native());
const spread = JSON.stringify(native({ params: { A: 1 } }), null, 2);
const long = JSON.stringify(native({ message: 'x'.repeat(MAX_EVENT_BYTES) }));
const longSpread = JSON.stringify(JSON.parse(long), null, 1);
const id = (name: string) => JSON.stringify(native({ id: name }));

/** `line:id` of what was understood, `line!reason` of what was refused. */
function outline(payload: Uint8Array | string): string[] {
  return readMessage(typeof payload === 'string' ? bytes(payload) : payload, {}).map(({ line, result }) =>
    result.ok
      ? `${line}:${result.event.id}`
      : `${line}!${messages(result)
          .split(/[ (;]+/)
          .slice(0, 4)
          .join(' ')}`,
  );
}

describe('a message gives', () => {
  it.each<[string, string, readonly string[]]>([
    ['one event', one, ['1:e-1']],
    ['one event with a line end', `${one}\n`, ['1:e-1']],
    ['one event with a Windows line end', `${one}\r\n`, ['1:e-1']],
    ['one event behind a byte order mark', `\ufeff${one}`, ['1:e-1']],
    ['one event behind blank lines', `\n \n${one}`, ['3:e-1']],
    ['one event spread over lines', spread, ['1:e-1']],
    ['one event spread over lines, blank lines around', `\n${spread}\n\n`, ['2:e-1']],
    ['a batch', `${id('a')}\n${id('b')}\n${id('c')}`, ['1:a', '2:b', '3:c']],
    ['a batch with blank lines, which count', `${id('a')}\n\n  \r\n${id('b')}\n\n`, ['1:a', '4:b']],
    ['a list', `[${id('a')},${id('b')}]`, ['1:a', '2:b']],
    [
      'a list of CloudEvents over lines',
      JSON.stringify([cloud(), cloud({ id: '18' })], null, 1),
      ['1:/clearing/host-1 17', '2:/clearing/host-1 18'],
    ],
    ['a list with poison', `[${id('a')},5,${id('b')}]`, ['1:a', '2!an event must be', '3:b']],
    ['a batch of both forms', `${id('a')}\n${JSON.stringify(cloud())}`, ['1:a', '2:/clearing/host-1 17']],
  ])('%s', (_, text, expected) => expect(outline(text)).toEqual(expected));
});

describe('a poisonous line costs the others nothing:', () => {
  it.each<[string, string, string]>([
    ['no JSON', 'hello', '!it is no JSON'],
    ['cut off', one.slice(0, 40), '!it is no JSON'],
    ['a number', '5', '!an event must be'],
    ['a list', '[1]', '!an event must be'],
    ['a bracket', '{', '!it is no JSON'],
    ['too deep', `{"x":${'['.repeat(100)}${']'.repeat(100)}}`, '!it is nested more'],
    ['deep and never closed', '['.repeat(60_000), '!it is nested more'],
    ['too long', long, `!it has ${long.length} bytes`],
    ['a wrong field', JSON.stringify(native({ id: 5 })), '!the id must be'],
  ])('%s', (_, poison, reason) => {
    expect(outline(`${poison}\n${id('b')}\n${id('c')}`)).toEqual([`1${reason}`, '2:b', '3:c']);
    expect(outline(`${id('a')}\n${poison}\n${id('c')}`)).toEqual(['1:a', `2${reason}`, '3:c']);
    expect(outline(`${id('a')}\n${id('b')}\n${poison}`)).toEqual(['1:a', '2:b', `3${reason}`]);
  });

  it('bytes that are no UTF-8', () => {
    const payload = Buffer.concat([
      bytes(`${id('a')}\n`),
      Buffer.from([0x22, 0xe7, 0xbb]),
      bytes(`\n${id('c')}\r\n`),
    ]);
    expect(outline(payload)).toEqual(['1:a', '2!the bytes are no', '3:c']);
    expect(readMessage(payload, {})[1]?.text).toBe('"\ufffd');
  });
});

describe('a message that means nothing is one refusal:', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['no bytes', '', '1!the message is empty'],
    ['blank lines', ' \n\r\n', '1!the message is empty'],
    ['an empty list', '[]', '1!the list is empty'],
    ['a broken event over lines', spread.replace('"flow"', 'flow'), '1!it is no JSON'],
    ['a broken list over lines', '[\n{"id":1},\n{"id":2},\n', '1!it is no JSON'],
    [
      'no UTF-8 over lines',
      Buffer.from(spread.replace('settlement', '\u00ff'), 'latin1'),
      '1!the bytes are no',
    ],
    ['an event over lines that is too long', longSpread, `1!it has ${longSpread.length} bytes`],
    ['more than a message may have', new Uint8Array(17 * 1024 * 1024).fill(32), '1!the message has 17825792'],
  ])('%s', (_, payload, expected) => expect(outline(payload)).toEqual([expected]));
});

describe('the text that an item is kept with', () => {
  const broken = '{"id": 1,\n"flow": x,\n"step": y}';
  const latin = Buffer.from('{"id": 1,\n"flow": \u00ff,\n"step": y}', 'latin1');

  it.each<
    [says: string, payload: string | Uint8Array, items: readonly (readonly [line: number, text: string])[]]
  >([
    ['is the line without its end', `${one}\n`, [[1, one]]],
    ['also where that is a Windows line end', `${one}\r\n`, [[1, one]]],
    ['is the line without blanks at its end', `${one}  \n\n`, [[1, `${one}`]]],
    ['is the whole where blanks stand before it and nothing behind', ` ${one}`, [[1, ` ${one}`]]],
    ['is the line without its end, whatever it holds', '5\n', [[1, '5']]],
    [
      'is each line of a batch',
      `\n${id('a')} \n5\n`,
      [
        [2, id('a')],
        [3, '5'],
      ],
    ],
    ['is the whole of an event over lines', `\n${spread}\n`, [[2, `\n${spread}\n`]]],
    [
      'is an event of a list, as it was understood',
      ` [ ${one}, 5 ]`,
      [
        [1, one],
        [2, '5'],
      ],
    ],
    ['is the whole of an empty list, with the line where it begins', '\n\n[\n]', [[3, '\n\n[\n]']]],
    ['is the one line of a broken event', ' {broken \n\n', [[1, ' {broken']]],
    [
      'is the whole of a broken event over lines, with the line where it begins',
      `\n\n${broken}`,
      [[3, `\n\n${broken}`]],
    ],
    ['is the whole of a broken list over lines', ` [\n{"a":\n`, [[1, ` [\n{"a":\n`]]],
    ['has a sign for each byte that is no UTF-8', latin, [[1, '{"id": 1,\n"flow": \ufffd,\n"step": y}']]],
    [
      'is each line of what does not begin like JSON',
      'x\n{"a"\ny',
      [
        [1, 'x'],
        [2, '{"a"'],
        [3, 'y'],
      ],
    ],
  ])('%s', (_, payload, items) => {
    const read = readMessage(typeof payload === 'string' ? bytes(payload) : payload, {});
    expect(read.map(({ line, text }) => [line, text])).toEqual(items);
  });

  it('is not the reason: bytes that are no UTF-8 are told before what they make of the JSON', () => {
    expect(outline(latin)).toEqual(['1!the bytes are no']);
    expect(outline(broken)).toEqual(['1!it is no JSON']);
  });

  it('may be as long as a message, and of one that is longer the beginning is kept', () => {
    expect(outline(new Uint8Array(MAX_MESSAGE_BYTES).fill(32))).toEqual(['1!the message is empty']);
    const [refusal] = readMessage(new Uint8Array(MAX_MESSAGE_BYTES + 1).fill(32), {});
    expect(refusal?.text).toHaveLength(MAX_EVENT_BYTES);
    expect(refusal?.result).toMatchObject({ ok: false });
  });
});

describe('the limits of one event', () => {
  const sized = (size: number, filler: string) => {
    const rest = Buffer.byteLength(JSON.stringify(native({ message: '' })));
    return JSON.stringify(native({ message: filler.repeat((size - rest) / Buffer.byteLength(filler)) }));
  };

  it('count bytes, not characters', () => {
    const exact = sized(MAX_EVENT_BYTES, 'x');
    expect(Buffer.byteLength(exact)).toBe(MAX_EVENT_BYTES);
    expect(outline(exact)).toEqual(['1:e-1']);
    expect(outline(`${exact} `)).toEqual(['1!it has 65537 bytes']);
    expect(outline(sized(MAX_EVENT_BYTES * 1.2, '结'))[0]).toMatch(/^1!it has 78/);
  });

  it('count brackets outside of strings only', () => {
    expect(outline(JSON.stringify(native({ message: '[{"\\'.repeat(500) })))).toEqual(['1:e-1']);
    const nested = (depth: number) => one.replace('}', `,"x":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(outline(nested(63))).toEqual(['1:e-1']);
    expect(outline(nested(64))).toEqual(['1!it is nested more']);
  });
});

describe('any bytes', () => {
  it('row 29: give at least one item, each understood or refused', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(one, spread, '\n', '[', ']', '{', ',', '\ufeff', '""').map(bytes),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const items = readMessage(Buffer.concat(pieces), {});
        expect(items.length).toBeGreaterThan(0);
        for (const { line, result } of items) {
          expect(line).toBeGreaterThan(0);
          expect(result.ok || result.problems.length > 0).toBe(true);
        }
      }),
      { numRuns: 500, seed: 3 },
    );
  });

  it('row 29: between good lines leave these untouched', () => {
    const poison = fc
      .uint8Array({ maxLength: 60 })
      .map((part) => part.map((byte) => (byte === 10 ? 11 : byte)));
    fc.assert(
      fc.property(poison, (part) => {
        const found = outline(Buffer.concat([bytes(`${id('a')}\n`), part, bytes(`\n${id('b')}`)]));
        expect(found[0]).toBe('1:a');
        expect(found.at(-1)).toBe('3:b');
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
