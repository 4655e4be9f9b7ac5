import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binaryArray, binaryRows, binaryValue, type Column } from '../../../adapters/storage/binary.ts';

const EPOCH_2000 = 946_684_800_000;

describe('values in binary form', () => {
  test.each([
    ['text', 'aü🏁', Buffer.from('aü🏁')],
    ['text', '', Buffer.alloc(0)],
    ['bytea', Uint8Array.of(0, 255), Buffer.of(0, 255)],
    ['boolean', true, Buffer.of(1)],
    ['boolean', false, Buffer.of(0)],
    ['bigint', 1, Buffer.of(0, 0, 0, 0, 0, 0, 0, 1)],
    ['bigint', -1, Buffer.of(255, 255, 255, 255, 255, 255, 255, 255)],
    ['instant', EPOCH_2000, Buffer.alloc(8)],
    ['instant', EPOCH_2000 - 1, Buffer.from('fffffffffffffc18', 'hex')],
  ] as const)('%s %j is what the server reads', (type, value, bytes) => {
    expect(binaryValue(type, value)).toEqual(bytes);
    expect(binaryValue(type, null)).toBeNull();
  });

  test('whole numbers of every size keep every digit', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (n) => {
        expect(binaryValue('bigint', n)?.readBigInt64BE()).toBe(BigInt(n));
      }),
    );
  });

  test('times keep their milliseconds from before Christ to the year 200,000', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2e14, max: 6e15 }), (time) => {
        const micros = (BigInt(time) - BigInt(EPOCH_2000)) * 1000n;
        expect(binaryValue('instant', time)?.readBigInt64BE()).toBe(micros);
      }),
    );
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d is refused as a whole number', (n) => {
    expect(() => binaryValue('bigint', n)).toThrow(RangeError);
  });

  test('a time that is none is refused', () => {
    expect(() => binaryValue('instant', Number.NaN)).toThrow(RangeError);
  });

  test('a value of another type than its column breaks a rule', () => {
    expect(() => binaryValue('bigint', 'one')).toThrow('impossible');
  });

  test('an array names its type and length, and knows null from empty', () => {
    const array = binaryArray('text', ['a', null, '']);
    const head = [1, 1, 25, 3, 1].map((n) => Buffer.of(0, 0, 0, n));
    const values = [Buffer.of(0, 0, 0, 1, 97), Buffer.of(255, 255, 255, 255), Buffer.of(0, 0, 0, 0)];
    expect(array).toEqual(Buffer.concat([...head, ...values]));
  });

  test('rows begin with the signature, count their columns and end with -1, however large', () => {
    const columns: Column<string>[] = [['text', 'text', (text) => text]];
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 })), (texts) => {
        const large = [...texts, 'x'.repeat(200_000)];
        const rows = binaryRows(columns, large);
        expect(rows.subarray(0, 11).toString('latin1')).toBe('PGCOPY\n\xff\r\n\0');
        let at = 19;
        for (const text of large) {
          expect(rows.readInt16BE(at)).toBe(1);
          const length = rows.readInt32BE(at + 2);
          expect(rows.toString('utf8', at + 6, at + 6 + length)).toBe(text.toWellFormed());
          at += 6 + length;
        }
        expect(rows.readInt16BE(at)).toBe(-1);
        expect(rows.length).toBe(at + 2);
      }),
      { numRuns: 30 },
    );
  });
});
