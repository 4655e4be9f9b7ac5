import type { Command } from './command.ts';
import type { OptionSpec } from './option.ts';
import { COMMON_OPTIONS } from './options.ts';

/** The help of one command. */
export function commandHelp({ usage, about, options, examples, notes }: Command): string {
  const all = Object.entries({ ...options, ...COMMON_OPTIONS });
  const lines = [
    about,
    '',
    `Usage: milepost ${usage}`,
    '',
    'Options:',
    ...columns(all.map(([name, spec]) => [optionName(name, spec), spec.about])),
    '',
    'Examples:',
    ...examples.flatMap((example) => [`  # ${example.about}`, `  milepost ${example.line}`]),
    ...(notes === undefined ? [] : ['', ...notes]),
  ];
  return `${lines.join('\n')}\n`;
}

/** The help of the program: its commands, with a line about each. */
export function programHelp(commands: readonly (readonly [name: string, about: string])[]): string {
  const lines = [
    'Milepost watches business processes: checkpoint events in, alarms out the moment reality leaves the definition.',
    '',
    'Usage: milepost COMMAND [options]',
    '',
    'Commands:',
    ...columns(commands),
    '',
    'Options:',
    ...columns([
      ['--help', 'this; `milepost COMMAND --help` tells of a command'],
      ['--version', 'the version'],
    ]),
    '',
    'Results go to standard output, words to standard error. Exit codes: 0 done, 1 findings, 2 wrong use or a file that',
    'cannot be opened, 3 late or failed flows (status --check), 69 the server cannot be reached, 70 a fault of Milepost.',
  ];
  return `${lines.join('\n')}\n`;
}

function optionName(name: string, { value, many }: OptionSpec): string {
  const short = name === 'help' ? '-h, ' : '';
  return `${short}--${name}${value === null ? '' : ` ${value}`}${many === true ? ' …' : ''}`;
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
