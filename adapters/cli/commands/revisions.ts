import type { Command } from '../command.ts';
import { FORMAT } from '../option.ts';
import { EXIT } from '../outcome.ts';
import { serverOf, URL_OPTION } from '../server.ts';
import { type Cell, table } from '../table.ts';
import { zonedTime } from '../wall-time.ts';
import { wordsIn } from '../words.ts';

/** The schema Revisions of the API, as far as it is shown. */
interface Revisions {
  readonly active: string;
  readonly reload: { readonly kind: string; readonly at: string; readonly errors: readonly string[] } | null;
  readonly complete: boolean;
  readonly items: readonly {
    readonly revision: string;
    readonly active: boolean;
    readonly expected: number;
    readonly running: number;
    readonly flows: readonly string[];
  }[];
}

/** `milepost revisions`: which instances run under which definitions. */
export const revisions: Command = {
  usage: 'revisions [options]',
  about:
    'Lists the revisions of the definitions that live instances run under: an instance keeps the one that it began under.',
  operands: { least: 0, most: 0 },
  options: { url: URL_OPTION, format: FORMAT },
  examples: [{ line: 'revisions', about: 'who still runs under old definitions?' }],
  notes: ['Exit codes: 0 done, 69 no server.'],
  async run({ options, io }) {
    const answer = await serverOf(options, io.env).read('/api/v1/revisions', {}, ['active', 'items']);
    if (options.text('format') === 'json') {
      await io.out(`${JSON.stringify(answer, null, 2)}\n`);
      return EXIT.done;
    }
    const { items, reload, complete } = answer as Revisions; // `read` has found it to have its names
    const words = wordsIn(io.language);
    const rows = items.map(({ revision, active, expected, running, flows }): Cell[] => [
      { text: active ? '*' : '', tint: 'green' },
      { text: revision, tint: active ? 'bold' : null },
      { text: String(expected) },
      { text: String(running) },
      { text: flows.join(', ') },
    ]);
    const headings = ['', ...['REVISION', 'EXPECTED', 'RUNNING', 'FLOWS'].map(words)];
    await io.out(table(headings, rows, io.tint));
    if (reload?.kind === 'broken') {
      io.say(
        `the definitions are broken since ${zonedTime(reload.at, 'UTC')}; those marked with * stay in use:`,
      );
      for (const error of reload.errors) io.say(`  ${error}`);
    }
    if (!complete) io.say('there are more instances than were counted');
    return EXIT.done;
  },
};
