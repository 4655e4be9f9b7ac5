import { expect, test } from 'vitest';
import { operatorBanner } from '../../../adapters/cli/operator-banner.ts';

const MADE = { token: 'secret', madeIn: '.milepost/operator-token' };
const AT = 'http://127.0.0.1:4600';

test.each([
  ['on a terminal it is a link, with the token where no browser sends it', MADE, true, `${AT}/#token=secret`],
  ['in a log it is the file', MADE, false, 'the token in .milepost/operator-token'],
  ['a given one is never said', { token: 'secret', madeIn: null }, true, 'the token that was given'],
])('%s', (_, operator, isTerminal, wanted) => {
  const text = operatorBanner(operator, AT, isTerminal) ?? '';
  expect(text).toContain(wanted);
  expect(text.includes('secret')).toBe(wanted.includes('secret'));
});

test('nothing is said where nobody acts', () => {
  expect(operatorBanner(null, AT, true)).toBeNull();
  expect(operatorBanner({ token: null, madeIn: null }, AT, true)).toBeNull();
});
