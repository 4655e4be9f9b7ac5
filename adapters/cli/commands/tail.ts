import { type Change, changeFeed } from '../change-feed.ts';
import type { Command } from '../command.ts';
import type { Io } from '../io.ts';
import { FORMAT } from '../option.ts';
import { EXIT } from '../outcome.ts';
import { serverOf, URL_OPTION } from '../server.ts';
import { plain } from '../table.ts';
import { tintOf } from '../tint.ts';
import { wordsIn } from '../words.ts';

/** `milepost tail`: what changes, as it changes. */
export const tail: Command = {
  usage: 'tail [options]',
  about:
    'Follows the changes of instances and alarms as they happen, a line each, until it is stopped (Ctrl-C).',
  operands: { least: 0, most: 0 },
  options: {
    flow: { value: 'FLOW', about: 'only changes of this flow' },
    group: { value: 'GROUP', about: 'only changes of flows of this group' },
    url: URL_OPTION,
    format: { ...FORMAT, about: 'text (default) or json: one object a line' },
  },
  examples: [
    { line: 'tail', about: 'everything' },
    { line: 'tail --flow settlement --format json', about: 'one flow, for a program' },
  ],
  async run({ options, io }) {
    const server = serverOf(options, io.env);
    const json = options.text('format') === 'json';
    const params = { flow: options.text('flow'), group: options.text('group') };
    for await (const change of changeFeed(server, params, io.say)) {
      if (change.kind === 'reset')
        io.say('some changes were missed: see `milepost status` and `milepost alarms` for how things are');
      if (json) await io.out(`${JSON.stringify(change)}\n`);
      else if (change.kind !== 'reset') await io.out(lineOf(change, io));
    }
    return EXIT.done;
  },
};

/** `15:30:02  alarm     critical  settlement clearing-2026-11-23 receive short-transfer: 3 of 5 bytes` */
function lineOf({ kind, body }: Change, io: Io): string {
  const words = wordsIn(io.language);
  const of = (name: string): string => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : null;
    return value === null || value === undefined ? '' : plain(String(value));
  };
  const clock = new Date(io.now()).toTimeString().slice(0, 8);
  const owner = `${of('flow')} ${of('key')}`;
  if (kind === 'alarm') {
    const ended = of('clearedAt') === '' ? '' : ` (${words('cleared')})`;
    const step = of('step') === '' ? '' : `${of('step')} `;
    const count = of('count') === '1' ? '' : ` ×${of('count')}`;
    const severity = io.tint(ended === '' ? tintOf(of('severity')) : 'grey', words(of('severity')));
    return `${clock}  ${severity}  ${owner} ${step}${of('name')}${count}${ended}: ${of('text')}\n`;
  }
  const deviated = of('deviated') === 'true' ? `, ${words('deviated')}` : '';
  const status = io.tint(tintOf(of('status')), words(of('status')));
  return `${clock}  ${status}  ${owner}  ${words(of('health'))}${deviated}\n`;
}
