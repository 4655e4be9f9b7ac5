import type { Command } from '../command.ts';
import { FORMAT } from '../option.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { serverOf, URL_OPTION } from '../server.ts';
import { type Cell, table } from '../table.ts';
import { tintOf } from '../tint.ts';
import { zonedTime } from '../wall-time.ts';
import { wordsIn } from '../words.ts';

/** The schema AuditPage of the API, as far as it is shown. */
interface Entry {
  readonly at: string;
  readonly by: string;
  readonly kind: string;
  readonly target: string | null;
  readonly detail: object;
  readonly origin: string;
  readonly outcome: string | null;
  readonly reason: string | null;
}

const USUAL = 100;

/** `milepost audit`: who did what. */
export const audit: Command = {
  usage: 'audit [options]',
  about:
    'Lists what people have done, newest first: who, when, what, from where, and what came of it. Nothing of it is ever changed or removed.',
  operands: { least: 0, most: 0 },
  options: {
    by: { value: 'NAME', about: 'only by this person' },
    kind: { value: 'KIND', about: 'only of this kind, such as ack, waive or reload' },
    target: { value: 'TARGET', about: 'only what was done to this, such as the id of an alarm' },
    limit: { value: 'COUNT', about: `how many at most; default ${USUAL}` },
    url: URL_OPTION,
    format: FORMAT,
  },
  examples: [
    { line: 'audit', about: 'the last hundred' },
    { line: 'audit --kind waive --by "Li Na"', about: 'what she has excused' },
    { line: 'audit --limit 100000 --format json', about: 'for a report' },
  ],
  notes: ['Times are UTC. Outcomes: done, taken (it waits to be done), refused, failed, unknown.'],
  async run({ options, io }) {
    const limit = Number(options.text('limit') ?? USUAL);
    if (!Number.isSafeInteger(limit) || limit < 1) throw new WrongUse('--limit is a whole number from 1 up');
    const params = { by: options.text('by'), kind: options.text('kind'), target: options.text('target') };
    const { items, more } = await serverOf(options, io.env).list('/api/v1/audit', params, limit);
    const found = items as Entry[]; // the schema AuditPage of the API
    if (options.text('format') === 'json') await io.out(`${JSON.stringify({ audit: found }, null, 2)}\n`);
    else if (found.length > 0) {
      const words = wordsIn(io.language);
      const rows = found.map(({ at, by, kind, target, detail, origin, outcome, reason }): Cell[] => [
        { text: zonedTime(at, 'UTC') },
        { text: by },
        { text: kind },
        { text: words(outcome ?? 'unknown'), tint: tintOf(outcome ?? 'unknown') },
        { text: origin },
        { text: target ?? '' },
        { text: reason ?? (Object.keys(detail).length === 0 ? '' : JSON.stringify(detail)) },
      ]);
      const headings = ['AT', 'BY', 'ACT', 'OUTCOME', 'FROM', 'TARGET', 'DETAIL'];
      await io.out(table(headings.map(words), rows, io.tint));
    }
    if (found.length === 0) io.say('nobody has done such a thing');
    if (more) io.say(`these are the newest ${limit}: there are more, see --limit`);
    return EXIT.done;
  },
};
