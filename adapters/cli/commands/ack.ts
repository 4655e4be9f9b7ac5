import { ACT_OPTIONS, byWhom } from '../act-options.ts';
import { showTaken } from '../act-taken.ts';
import type { Command } from '../command.ts';
import { OPERATOR_OPTIONS, operatorOf } from '../operator.ts';
import { FORMAT } from '../option.ts';
import { EXIT, WrongUse } from '../outcome.ts';

/** `milepost ack`: somebody sees to an alarm. */
export const ack: Command = {
  usage: 'ack ALARM [options]',
  about:
    'Acknowledges an open alarm, so that nobody else is told of it any more, or takes that back; or assigns it, comments on it, or says that it was not useful.',
  operands: { least: 1, most: 1 },
  options: {
    text: { value: 'TEXT', about: 'words for whoever looks at it later' },
    by: ACT_OPTIONS.by,
    all: { value: null, about: 'with all alarms of the same trouble, also with --take-back' },
    assign: { value: 'NAME', about: 'gives it to a person instead, who is told' },
    comment: { value: null, about: 'comments on it only; with --text' },
    'not-useful': { value: null, about: 'says that it was not useful instead' },
    'take-back': { value: null, about: 'takes an acknowledgement back: nobody sees to it any more' },
    ...OPERATOR_OPTIONS,
    format: FORMAT,
  },
  examples: [
    {
      line: 'ack settlement/clearing-2026-11-23/check/exception/1 --text "on it"',
      about: 'by the id that `milepost alarms --format json` shows',
    },
    {
      line: 'ack settlement/clearing-2026-11-23/check/exception/1 --assign wang-fang',
      about: 'to a colleague',
    },
  ],
  notes: ['Exit codes: 0 taken, 2 there is no such alarm or it is not open, 69 no server.'],
  async run({ operands: [id = ''], options, io }) {
    const to = options.text('assign');
    const text = options.text('text');
    const all = options.flag('all') ? { all: true } : {};
    const wanted = [
      ...(to === undefined ? [] : [{ path: 'assign', fields: { to } }]),
      ...(options.flag('comment') ? [{ path: 'comment', fields: {} }] : []),
      ...(options.flag('take-back') ? [{ path: 'unack', fields: all }] : []),
      ...(options.flag('not-useful') ? [{ path: 'not-useful', fields: {} }] : []),
    ];
    if (wanted.length > 1)
      throw new WrongUse(
        'give one of --assign, --comment, --not-useful and --take-back, and leave the others out',
      );
    const [act = { path: 'ack', fields: all }] = wanted;
    const by = byWhom(options);
    const server = operatorOf(options, io.env);
    const path = `/api/v1/alarms/${encodeURIComponent(id)}/${act.path}`;
    const body = { ...(text === undefined ? {} : { text }), ...act.fields };
    const answer = await server.act(path, by, body);
    await showTaken(answer, options, io);
    return EXIT.done;
  },
};
