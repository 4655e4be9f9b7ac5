import { ACT_OPTIONS, byWhom } from '../act-options.ts';
import { showTaken } from '../act-taken.ts';
import type { Command } from '../command.ts';
import { dayOf } from '../day-option.ts';
import { OPERATOR_OPTIONS, operatorOf } from '../operator.ts';
import { FORMAT } from '../option.ts';
import { EXIT, WrongUse } from '../outcome.ts';

/** `milepost waive`: not today. */
export const waive: Command = {
  usage: 'waive FLOW [STEP] (--day DAY | --key KEY) --reason TEXT [options]',
  about:
    'Excuses a flow, or a step of it, for a trading day or one instance: it raises nothing, and what comes after the step does not wait.',
  operands: { least: 1, most: 2 },
  options: {
    day: { value: 'DAY', about: 'the trading day, YYYY-MM-DD' },
    key: { value: 'KEY', about: 'the key of the instance, where it is not known by its day' },
    ...ACT_OPTIONS,
    revoke: { value: null, about: 'takes the waiver back' },
    ...OPERATOR_OPTIONS,
    format: FORMAT,
  },
  examples: [
    { line: 'waive settlement --day 2026-11-23 --reason "exchange closed"', about: 'a flow for a day' },
    {
      line: 'waive settlement reports --key clearing-2026-11-23 --reason "sent by hand" --by Ann',
      about: 'a step of one instance',
    },
    {
      line: 'waive settlement --day 2026-11-23 --revoke --reason "it opens after all"',
      about: 'taking it back',
    },
  ],
  notes: [
    'Who and why is kept with the instance: see milepost status FLOW KEY.',
    'Exit codes: 0 taken, 2 there is no such flow, step or day, 69 no server.',
  ],
  async run({ operands: [flow, step], options, io }) {
    const day = dayOf(options) ?? undefined;
    const key = options.text('key');
    if ((day === undefined) === (key === undefined))
      throw new WrongUse('name the instance: write either --day DAY or --key KEY');
    const server = operatorOf(options, io.env);
    const path = options.flag('revoke') ? '/api/v1/waivers/revoke' : '/api/v1/waivers';
    const answer = await server.act(path, byWhom(options), {
      flow,
      step,
      day,
      key,
      reason: options.text('reason'),
    });
    await showTaken(answer, options, io);
    return EXIT.done;
  },
};
