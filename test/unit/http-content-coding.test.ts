import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encoded } from '../../adapters/http/content-coding.ts';

const VALUE = Array.from({ length: 50 }, (_, n) => ({ flow: `日终-${n}`, status: 'running' }));
const TEXT = JSON.stringify(VALUE);

describe('answers as they are sent', () => {
  test.each([
    ['br, gzip', 'br'],
    ['gzip, deflate', 'gzip'],
    ['gzip;q=1, br;q=0', 'gzip'],
    ['br;q=0.5', 'br'],
  ])('who accepts "%s" is sent a long one as %s, a fraction of its length', (accepted, coding) => {
    const { body, headers } = encoded(VALUE, accepted);
    expect(headers).toEqual({ vary: 'accept-encoding', 'content-encoding': coding });
    const bytes = Buffer.from(body);
    expect(String(coding === 'br' ? brotliDecompressSync(bytes) : gunzipSync(bytes))).toBe(TEXT);
    expect(bytes.length).toBeLessThan(TEXT.length / 4);
  });

  test.each([['identity'], [''], ['br;q=0, gzip;q=0.0']])('who accepts "%s" is sent it as it is', (given) => {
    expect(encoded(VALUE, given)).toEqual({ body: TEXT, headers: { vary: 'accept-encoding' } });
  });

  test('a short one is sent as it is to everybody', () => {
    expect(encoded({ a: 1 }, 'br')).toEqual({ body: '{"a":1}', headers: {} });
    expect(encoded(null, 'br')).toEqual({ body: 'null', headers: {} });
  });

  test('what several are sent is written and compressed once', () => {
    expect(encoded(VALUE, 'br').body).toBe(encoded(VALUE, 'gzip, br').body);
  });
});
