import { type AlarmEntry, alarmTable } from '../alarm-table.ts';
import type { Command } from '../command.ts';
import { DAY_OPTION, dayOf } from '../day-option.ts';
import { flowList } from '../flow-list.ts';
import { FORMAT } from '../option.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { serverOf, URL_OPTION } from '../server.ts';

const USUAL = 500;

/** `milepost alarms`: what is open, or what was. */
export const alarms: Command = {
  usage: 'alarms [--open | --all] [options]',
  about: 'Lists alarms, newest first: those that are open, or all.',
  operands: { least: 0, most: 0 },
  options: {
    open: { value: null, about: 'only those that are open (default)' },
    all: { value: null, about: 'also those that have ended' },
    severity: {
      value: 'SEVERITY',
      about: 'only those of this severity: info, warning or critical',
      choices: ['info', 'warning', 'critical'],
    },
    group: { value: 'GROUP', about: 'only those of flows of this group' },
    flow: { value: 'FLOW', about: 'only those of this flow' },
    day: { ...DAY_OPTION, about: 'only those of this trading day, YYYY-MM-DD' },
    fold: { value: null, about: 'one line for each cause, with how many alarms are its consequences' },
    root: { value: 'ALARM', about: 'only the consequences of the alarm with this id' },
    limit: { value: 'COUNT', about: `how many at most; default ${USUAL}` },
    url: URL_OPTION,
    format: FORMAT,
  },
  examples: [
    { line: 'alarms', about: 'what is open now' },
    {
      line: 'alarms --all --flow settlement --day 2026-11-23',
      about: 'everything that a flow raised on a day',
    },
    { line: 'alarms --fold', about: 'one line for each cause, however much it has led to' },
    { line: 'alarms --severity critical --format json', about: 'for a program' },
  ],
  async run({ options, io }) {
    if (options.flag('open') && options.flag('all'))
      throw new WrongUse('--open and --all exclude each other: leave one out');
    const fold = options.flag('fold');
    const root = options.text('root');
    if (fold && root !== undefined)
      throw new WrongUse('--fold and --root exclude each other: --root lists what --fold leaves out');
    const limit = Number(options.text('limit') ?? USUAL);
    if (!Number.isSafeInteger(limit) || limit < 1) throw new WrongUse('--limit is a whole number from 1 up');
    const server = serverOf(options, io.env);
    const params = {
      open: options.flag('all') ? undefined : 'true',
      severity: options.text('severity'),
      group: options.text('group'),
      flow: options.text('flow'),
      day: dayOf(options) ?? undefined,
      ...(fold ? { fold: 'true' } : {}),
      root,
    };
    const { items, more } = await server.list('/api/v1/alarms', params, limit);
    // the schema AlarmPage of the API
    const found = items as AlarmEntry[];
    if (options.text('format') === 'json') await io.out(`${JSON.stringify({ alarms: found }, null, 2)}\n`);
    else if (found.length > 0) {
      const flows = await flowList(server);
      await io.out(alarmTable(found, (flow) => flows.get(flow)?.zone ?? 'UTC', io));
    }
    if (found.length === 0) io.say(options.flag('all') ? 'no such alarm' : 'no such alarm is open');
    if (more) io.say(`these are the newest ${limit}: there are more, see --limit`);
    return EXIT.done;
  },
};
