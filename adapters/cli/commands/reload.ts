import { ACT_OPTIONS, byWhom } from '../act-options.ts';
import type { Command } from '../command.ts';
import { OPERATOR_OPTIONS, operatorOf } from '../operator.ts';
import { FORMAT } from '../option.ts';
import { EXIT } from '../outcome.ts';

/** The schema Reload of the API. */
interface Reloaded {
  readonly kind: 'same' | 'activated' | 'broken';
  readonly revision: string;
  readonly errors: readonly string[];
}

/** `milepost reload`: a running Milepost reads its definitions again. */
export const reload: Command = {
  usage: 'reload [options]',
  about:
    'Lets a running Milepost read its definitions again. They are used if they are sound, all or nothing; instances that have begun keep the old ones.',
  operands: { least: 0, most: 0 },
  options: { by: ACT_OPTIONS.by, ...OPERATOR_OPTIONS, format: FORMAT },
  examples: [{ line: 'reload', about: 'after a deployment' }],
  notes: ['Exit codes: 0 they are in use, 1 they are broken and the old ones stay, 69 no server.'],
  async run({ options, io }) {
    const server = operatorOf(options, io.env);
    const answer = await server.act('/api/v1/definitions/reload', byWhom(options), null);
    const { kind, revision, errors } = answer as Reloaded; // the schema of the API
    if (options.text('format') === 'json') await io.out(`${JSON.stringify(answer, null, 2)}\n`);
    for (const error of errors) io.say(error);
    if (kind === 'same') io.say(`revision ${revision} is in use already`);
    if (kind === 'activated') io.say(`revision ${revision} is in use`);
    if (kind === 'broken') io.say(`the definitions are broken: those of revision ${revision} stay in use`);
    return kind === 'broken' ? EXIT.findings : EXIT.done;
  },
};
