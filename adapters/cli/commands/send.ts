import type { Command } from '../command.ts';
import { openLog } from '../event-log.ts';
import { eventOf } from '../event-option.ts';
import { type RefusedEvent, sendEvents, type Tally } from '../event-outbox.ts';
import type { Io } from '../io.ts';
import { FORMAT } from '../option.ts';
import type { Options } from '../options.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { serverOf, URL_OPTION } from '../server.ts';
import { plain } from '../table.ts';

const EVENT_OPTIONS = ['flow', 'key', 'step', 'event', 'state', 'param', 'time', 'id', 'message', 'source'];

/** `milepost send`: checkpoint events from a file, a program or by hand. */
export const send: Command = {
  usage: 'send (FILE | - | --flow FLOW --event EVENT …) [options]',
  about:
    'Sends checkpoint events to a running Milepost: from a file, from standard input as they come, or one by hand.',
  operands: { least: 0, most: 1 },
  options: {
    flow: { value: 'FLOW', about: 'the flow of the one event that the options describe' },
    key: { value: 'KEY', about: 'its instance; may be left out where the flow has a key of its own' },
    step: { value: 'STEP', about: 'its step; left out for an event about the flow itself' },
    event: {
      value: 'EVENT',
      about: 'activated, state, params, exception or committed',
      choices: ['activated', 'state', 'params', 'exception', 'committed'],
    },
    state: { value: 'STATE', about: 'the new state' },
    param: {
      value: 'NAME=VALUE',
      about: 'a parameter: a JSON number, true, false, null, or text',
      many: true,
    },
    time: { value: 'TIME', about: 'when it happened (RFC 3339); default: now' },
    id: { value: 'ID', about: 'its id, by which a repeated event is known; default: a random one' },
    message: { value: 'TEXT', about: 'words for people' },
    source: { value: 'TEXT', about: 'where it comes from' },
    url: URL_OPTION,
    format: FORMAT,
  },
  examples: [
    { line: 'send events.ndjson', about: 'a file, one JSON object a line' },
    { line: 'my-program | milepost send -', about: 'whatever a program prints, as it prints it' },
    {
      line: 'send --flow settlement --key clearing-2026-11-23 --step receive --event committed --param PIN=90',
      about: 'one event by hand',
    },
  ],
  notes: [
    'What is sent twice is taken once: after a failure, send the same file again.',
    'Exit codes: 0 all accepted, 1 some refused, 2 the file cannot be opened, 69 no server.',
  ],
  async run({ operands: [path], options, io }) {
    const server = serverOf(options, io.env);
    const tally: Tally = { accepted: 0, rejected: [] };
    if (path !== undefined) refuseMixture(options);
    try {
      await sendEvents(server, path === undefined ? byHand(options, io) : openLog(path, io.stdin), tally);
    } catch (error) {
      if (tally.accepted > 0)
        io.say(`${tally.accepted} events were accepted before this; sending the same again does no harm`);
      throw error;
    }
    const { accepted } = tally;
    const rejected = tally.rejected.sort((a, b) => a.line - b.line);
    if (options.text('format') === 'json')
      await io.out(`${JSON.stringify({ accepted, rejected }, null, 2)}\n`);
    else
      await io.out(
        `accepted ${accepted}, rejected ${rejected.length}\n${rejected.map(refusalLine).join('')}`,
      );
    return rejected.length > 0 ? EXIT.findings : EXIT.done;
  },
};

async function* byHand(options: Options, io: Io): AsyncGenerator<Uint8Array> {
  const event = eventOf(options, io.now());
  yield Buffer.from(`${JSON.stringify(event)}\n`);
}

function refuseMixture(options: Options): void {
  const given = EVENT_OPTIONS.find((name) => options.all(name).length > 0);
  if (given !== undefined)
    throw new WrongUse(`--${given} describes one event and goes with no file: leave one of the two out`);
}

function refusalLine({ line, problems }: RefusedEvent): string {
  const said = problems
    .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
    .join('; ');
  return `line ${line}: ${plain(said)}\n`;
}
