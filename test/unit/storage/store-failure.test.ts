import { describe, expect, test } from 'vitest';
import { storeFailure } from '../../../adapters/storage/index.ts';
import { StoreError } from '../../../engine/index.ts';

const PASSING = [
  ['08006', 'connection failure'],
  ['40001', 'serialization failure'],
  ['40P01', 'deadlock'],
  ['53100', 'disk full'],
  ['53300', 'too many connections'],
  ['55P03', 'lock not available'],
  ['57014', 'statement timeout'],
  ['57P01', 'admin shutdown'],
  ['57P03', 'cannot connect now'],
  ['25006', 'read-only transaction'],
  ['25P03', 'idle in transaction timeout'],
  ['58030', 'io error'],
  ['XX000', 'internal error'],
] as const;

const LASTING = [
  ['22021', 'character not in repertoire'],
  ['22P02', 'invalid text representation'],
  ['23505', 'unique violation'],
  ['28P01', 'invalid password'],
  ['3D000', 'no such database'],
  ['42501', 'insufficient privilege'],
  ['42P01', 'undefined table'],
  ['54000', 'program limit exceeded'],
] as const;

describe('a failure of the database', () => {
  test.each(PASSING)('%s, %s, passes', (code, said) => {
    expect(storeFailure('cannot commit', serverError(code, said))).toMatchObject({ permanent: false });
  });

  test.each(LASTING)('%s, %s, lasts', (code, said) => {
    expect(storeFailure('cannot commit', serverError(code, said))).toMatchObject({ permanent: true });
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND'])('%s passes', (code) => {
    expect(storeFailure('cannot commit', serverError(code, 'socket'))).toMatchObject({ permanent: false });
  });

  test('a timeout without any code passes; a mistake in this process does not', () => {
    expect(storeFailure('cannot commit', new Error('Query read timeout'))).toMatchObject({
      permanent: false,
    });
    expect(storeFailure('cannot commit', new TypeError('x is not a function'))).toMatchObject({
      permanent: true,
    });
  });

  test('says what was being done, what the server said, and the remedy, and keeps the cause', () => {
    const cause = serverError('53100', 'could not extend file');
    const failure = storeFailure('cannot commit a batch', cause);
    expect(failure.message).toBe(
      'cannot commit a batch: could not extend file (SQLSTATE 53100); make room on the disk of the database',
    );
    expect(failure.cause).toBe(cause);
  });

  test('several refused addresses are one failure that says to look at DATABASE_URL', () => {
    const refused = Object.assign(new AggregateError([serverError('ECONNREFUSED', 'a')]), {
      code: 'ECONNREFUSED',
    });
    const failure = storeFailure('cannot reach the database', refused);
    expect(failure.permanent).toBe(false);
    expect(failure.message).toContain('ECONNREFUSED');
    expect(failure.message).toContain('DATABASE_URL');
  });

  test('one that is a StoreError already stays as it is', () => {
    const failure = new StoreError('x', true, null);
    expect(storeFailure('cannot commit', failure)).toBe(failure);
  });
});

function serverError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
