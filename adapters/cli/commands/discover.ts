import { closest } from '../../../definitions/index.ts';
import { discover } from '../../convert.ts';
import type { Command } from '../command.ts';
import { gatherCases } from '../gather-cases.ts';
import { deliver } from '../import-diagram.ts';
import { formOf, LOG_FILE_OPTIONS, LOG_FORMS, type LogForm } from '../log-file.ts';
import { FORMAT } from '../option.ts';
import type { Options } from '../options.ts';
import { EXIT, WrongUse } from '../outcome.ts';

const FORMS = [...LOG_FORMS, 'events'] as const;

/** `milepost discover`: a first flow out of a log of what happened. */
export const discoverCommand: Command = {
  usage: 'discover FILE [options]',
  about:
    'Finds a first flow in an event log: steps, choices, loops, parallel parts, joins, and times with what they rest on.\n' +
    'The log is XES, a table, the Standard Workload Format, or Milepost’s own events; packed or not.',
  operands: { least: 1, most: 1 },
  options: {
    as: {
      value: 'FORM',
      about: 'xes, csv, swf or events; default: what the name of the file says',
      choices: FORMS,
    },
    flow: {
      value: 'NAME',
      about: 'the name of the flow, and of several in events the one to learn; default: found',
    },
    cover: {
      value: 'SHARE',
      about: 'learns from the most frequent variants that make up this share of the cases; default: 1',
    },
    noise: {
      value: 'SHARE',
      about: 'leaves out ways that are rarer than this share of the usual one; default: 0',
    },
    percentile: { value: 'SHARE', about: 'timers ring where this share of the log was done; default: 0.95' },
    output: { value: 'FILE', about: 'where the definitions go; default: standard output' },
    format: { ...FORMAT, about: 'text (default), or json: the definitions and what they rest on' },
    ...LOG_FILE_OPTIONS,
  },
  examples: [
    { line: 'discover order.xes.gz --flow order > order.yaml', about: 'from an event log' },
    {
      line: 'discover order.csv --case OrderNo --activity Step --time At --cover 0.95',
      about: 'from a table, rare ways left out',
    },
    {
      line: 'discover november.ndjson --flow settlement --percentile 0.99',
      about: 'from the events of a flow',
    },
  ],
  notes: [
    'Exit codes: 0 done, 1 something in the log is not what it should be, 2 wrong use or it cannot be opened.',
  ],
  async run({ operands: [file = ''], options, io }) {
    const form = formFor(file, options);
    const numbers = {
      cover: share(options, 'cover', 1),
      noise: share(options, 'noise', 0),
      percentile: share(options, 'percentile', 0.95),
    };
    if (numbers.cover === 0 || numbers.percentile === 0)
      throw new WrongUse('--cover and --percentile are over 0: leave 0 out');
    const wanted = options.text('flow') ?? null;
    if (wanted !== null && !/^[a-z][a-z0-9-]{0,63}$/.test(wanted))
      throw new WrongUse(
        `--flow: "${wanted}" is no name of a flow: lower case letters, digits and -, a letter first`,
      );
    const { log, flow, stepOf, problems, others } = await gatherCases(
      { file, form, flow: wanted },
      options,
      io,
    );
    if (others.length > 0) io.say(`not learnt: ${others.join(', ')}; name one with --flow`);
    if (log.cases.length === 0 && wanted !== null && others.length > 0) {
      const near = closest(wanted, others);
      throw new WrongUse(
        `there is no event of flow "${wanted}"${near === null ? '' : `: did you mean ${near}?`}`,
      );
    }
    const found = discover(log, {
      ...numbers,
      flow,
      percentile: options.text('from') === undefined ? numbers.percentile : null,
      zone: options.text('zone') ?? 'UTC',
      source: file === '-' ? 'standard input' : file,
      stepOf,
    });
    if (!found.ok) {
      io.say(`${file}: ${found.problem}`);
      return EXIT.findings;
    }
    const { yaml, report } = found.value;
    const json = options.text('format') === 'json';
    await deliver(
      json ? `${JSON.stringify({ definitions: yaml, report }, null, 2)}\n` : yaml,
      options.text('output'),
      io,
    );
    io.say(
      `flow ${flow}: ${report.keptCases} of ${report.cases} cases learnt, ${report.fitting} of them go through it; ${report.timers} timers`,
    );
    return problems > 0 ? EXIT.findings : EXIT.done;
  },
};

function formFor(file: string, options: Options): LogForm | 'events' {
  const named = FORMS.find((each) => each === options.text('as'));
  const form = named ?? formOf(file);
  if (form === null)
    throw new WrongUse(`the name ${file} does not say what it is: write --as xes, csv, swf or events`);
  return form;
}

function share(options: Options, name: string, otherwise: number): number {
  const text = options.text(name);
  const value = text === undefined ? otherwise : Number(text);
  if (text?.trim() === '' || !(value >= 0 && value <= 1))
    throw new WrongUse(`--${name} is a share from 0 to 1: write --${name} 0.95`);
  return value;
}
