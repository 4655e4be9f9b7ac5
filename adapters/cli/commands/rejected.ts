import { ACT_OPTIONS, byWhom } from '../act-options.ts';
import type { Command } from '../command.ts';
import { OPERATOR_OPTIONS, operatorOf } from '../operator.ts';
import { FORMAT } from '../option.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { table } from '../table.ts';
import { zonedTime } from '../wall-time.ts';
import { wordsIn } from '../words.ts';

/** The schema RejectedPage of the API, as far as it is shown. */
interface Rejected {
  readonly id: string;
  readonly reason: string;
  readonly receivedAt: string;
  readonly resentAt: string | null;
}

const USUAL = 100;

/** `milepost rejected`: what could not be understood. */
export const rejected: Command = {
  usage: 'rejected [ID --resend] [options]',
  about:
    'Lists messages that could not be understood or were refused, newest first, with the reason; or sends one again as it came.',
  operands: { least: 0, most: 1 },
  options: {
    resend: { value: null, about: 'sends the message ID again, as after a correction of the definitions' },
    by: ACT_OPTIONS.by,
    limit: { value: 'COUNT', about: `how many at most; default ${USUAL}` },
    ...OPERATOR_OPTIONS,
    format: FORMAT,
  },
  examples: [
    { line: 'rejected', about: 'what was refused, and why' },
    { line: 'rejected nats-1/17/1 --resend', about: 'once its flow is defined' },
  ],
  notes: [
    'A corrected message is sent by the console, or as the body of POST /api/v1/rejected/{id}/resend.',
    'Exit codes: 0 done, 2 there is no such message, or it is still wrong, 69 no server.',
  ],
  async run({ operands: [id], options, io }) {
    const server = operatorOf(options, io.env);
    const json = options.text('format') === 'json';
    if ((id === undefined) === options.flag('resend'))
      throw new WrongUse('write ID and --resend together, or neither to list what was refused');
    if (id !== undefined) {
      const path = `/api/v1/rejected/${encodeURIComponent(id)}/resend`;
      const answer = await server.act(path, byWhom(options), null);
      const accepted = 'accepted' in answer ? String(answer.accepted) : '';
      await io.out(json ? `${JSON.stringify(answer, null, 2)}\n` : `accepted ${accepted}\n`);
      return EXIT.done;
    }
    const limit = Number(options.text('limit') ?? USUAL);
    if (!Number.isSafeInteger(limit) || limit < 1) throw new WrongUse('--limit is a whole number from 1 up');
    const { items, more } = await server.list('/api/v1/rejected', { limit: '100' }, limit);
    const found = items as Rejected[]; // the schema RejectedPage of the API
    if (json) await io.out(`${JSON.stringify({ rejected: found }, null, 2)}\n`);
    else if (found.length > 0) {
      const words = wordsIn(io.language);
      const rows = found.map(({ receivedAt, resentAt, id: of, reason }) => [
        { text: zonedTime(receivedAt, 'UTC') },
        { text: resentAt === null ? '' : words('resent') },
        { text: of },
        { text: reason },
      ]);
      await io.out(table(['AT', 'RESENT', 'ID', 'REASON'].map(words), rows, io.tint));
    }
    if (found.length === 0) io.say('nothing was refused');
    if (more) io.say(`these are the newest ${limit}: there are more, see --limit`);
    return EXIT.done;
  },
};
