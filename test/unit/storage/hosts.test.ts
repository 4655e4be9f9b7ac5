import { expect, test } from 'vitest';
import { addressesOf } from '../../../adapters/storage/hosts.ts';

test.each([
  ['postgres://u:p@a/db', ['postgres://u:p@a/db']],
  ['postgres://u:p@a:1,b:2/db', ['postgres://u:p@a:1/db', 'postgres://u:p@b:2/db']],
  [
    'postgresql://a,b,c/db?target_session_attrs=read-write',
    ['postgresql://a/db', 'postgresql://b/db', 'postgresql://c/db'],
  ],
  [
    'postgres://u:x%2Cy@a,b/db?target_session_attrs=any&sslmode=require',
    ['postgres://u:x%2Cy@a/db?sslmode=require', 'postgres://u:x%2Cy@b/db?sslmode=require'],
  ],
  ['postgres://u:a,b@c/db', ['postgres://u:a,b@c/db']],
  [
    'postgres://a,b/db?sslmode=require&target_session_attrs=read-write',
    ['postgres://a/db?sslmode=require', 'postgres://b/db?sslmode=require'],
  ],
  ['postgres://[::1]:1,[::2]:2/db', ['postgres://[::1]:1/db', 'postgres://[::2]:2/db']],
])('%s', (url, addresses) => {
  expect(addressesOf(url)).toEqual(addresses);
});
