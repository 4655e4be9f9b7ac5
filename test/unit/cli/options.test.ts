import { describe, expect, test } from 'vitest';
import { readOptions } from '../../../adapters/cli/options.ts';

const COMMAND = {
  usage: 'try FILE [options]',
  operands: { least: 1, most: 1 },
  options: {
    format: { value: 'FORMAT', about: '', choices: ['text', 'json'] },
    events: { value: 'FILE', about: '', required: true },
    param: { value: 'NAME=VALUE', about: '', many: true },
    all: { value: null, about: '' },
  },
};

const read = (...args: string[]) => readOptions(COMMAND, args);

test('options are read in any place and form, and those that are not given are undefined', () => {
  const { operands, options } = read('--events', '-', 'a', '--param=x=1', '--all', '--param', 'y=-2');
  expect(operands).toEqual(['a']);
  expect(options.text('events')).toBe('-');
  expect(options.all('param')).toEqual(['x=1', 'y=-2']);
  expect(options.flag('all')).toBe(true);
  expect(options.text('format')).toBeUndefined();
  expect(options.text('lang')).toBeUndefined();
});

test('what follows -- is no option, and a value that begins with - is written with =', () => {
  expect(read('--events=-x', '--', '--all').operands).toEqual(['--all']);
  expect(read('--events=-x', 'a').options.text('events')).toBe('-x');
});

test('help asks for nothing else', () => {
  expect(read('--help').options.flag('help')).toBe(true);
  expect(read('-h').options.flag('help')).toBe(true);
});

describe('refused with its remedy is', () => {
  test.each([
    [['a', '--events', 'x', '--fromat', 'json'], 'there is no option --fromat: did you mean --format?'],
    [['a', '--events', 'x', '--zzz'], 'there is no option --zzz: see --help'],
    [['a', '--events', 'x', '--__proto__'], 'there is no option --__proto__: see --help'],
    [['a', '--events', 'x', '-z'], 'there is no option -z: see --help'],
    [['a', '--events', 'x', '--format', 'jsn'], '--format cannot be "jsn": did you mean json?'],
    [['a', '--events', 'x', '--format', 'pdf'], '--format cannot be "pdf": use text or json'],
    [['a', '--events'], '--events needs a value: write --events=FILE'],
    [['a', '--events', '--all'], '--events needs a value: write --events=FILE'],
    [['a', '--events', 'x', '--all=yes'], '--all takes no value: write it alone'],
    [['a', '--events', 'x', '--events', 'y'], '--events is given twice: leave one out'],
    [['a'], '--events is missing: write --events FILE'],
    [['--events', 'x'], 'something is missing: write milepost try FILE [options]'],
    [['a', 'b', '--events', 'x'], '"b" is one argument too many: write milepost try FILE [options]'],
  ])('%j', (args, message) => {
    expect(() => read(...args)).toThrow(message);
  });
});
