import {
  compileDefinitions,
  type Finding,
  lintDefinitions,
  parseDay,
  sortFindings,
} from '../../../definitions/index.ts';
import { many } from '../../many.ts';
import type { Command } from '../command.ts';
import { definitionSources } from '../definition-sources.ts';
import { checkedExtensions, EXTENSIONS_OPTION } from '../extension-option.ts';
import { type FindingFormat, findingsText } from '../findings-text.ts';
import { EXIT, WrongUse } from '../outcome.ts';
import { dayIn } from '../wall-time.ts';

const FORMATS: readonly FindingFormat[] = ['text', 'json', 'sarif', 'github'];

/** `milepost lint`: everything that can be known to be wrong with definitions before they run. */
export const lint: Command = {
  usage: 'lint PATH… [options]',
  about: 'Checks definition files, and all .yaml and .yml files below folders, as one set.',
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    format: {
      value: 'FORMAT',
      about: 'text (default; file:line:column: severity: message), json, sarif or github',
      choices: FORMATS,
    },
    extensions: EXTENSIONS_OPTION,
    today: { value: 'DATE', about: 'the day by which calendars are judged, YYYY-MM-DD; default: today' },
  },
  examples: [
    { line: 'lint flows/', about: 'everything below a folder' },
    { line: 'lint flows/ --format sarif > findings.sarif', about: 'for a code scanner' },
    { line: 'lint flows/ --format github', about: 'as annotations of a pull request' },
  ],
  notes: [
    'Codes such as MP301 are explained in definitions/lint.md; `# milepost-ignore MP301 REASON` beside a line accepts a warning.',
    'Exit codes: 0 no errors (there may be warnings), 1 errors, 2 a path cannot be opened or holds no definitions.',
  ],
  async run({ operands, options, io }) {
    const today = readToday(options.text('today'));
    const format = FORMATS.find((each) => each === options.text('format')) ?? 'text';
    const sources = await definitionSources(operands, true);
    const module = await checkedExtensions(options.text('extensions') ?? null);
    const findings = sortFindings([
      ...module.findings,
      ...lintDefinitions(sources, {
        extensions: module.extensions,
        today: (zone) => today ?? dayIn(zone, io.now()),
        certain: module.certain,
      }),
      ...(await ofChannels(sources, module.extensions)),
    ]);
    await io.out(findingsText(findings, format, io.tint));
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    io.say(summary({ files: sources.length, errors, warnings: findings.length - errors }));
    return errors > 0 ? EXIT.findings : EXIT.done;
  },
};

/** What the kinds of channels say of their settings; they are loaded only where there is a channel. */
async function ofChannels(
  sources: Parameters<typeof compileDefinitions>[0],
  extensions: Parameters<typeof compileDefinitions>[2],
): Promise<readonly Finding[]> {
  const { definitions } = compileDefinitions(sources, '', extensions);
  if (definitions === null || definitions.notifying.channels.size === 0) return [];
  const { channelFindings } = await import('../../serve.ts');
  return channelFindings(definitions);
}

function readToday(text: string | undefined): string | null {
  if (text === undefined) return null;
  const day = parseDay(text);
  if (!day.ok) throw new WrongUse(`--today: ${day.message}`);
  return day.value;
}

function summary(count: { files: number; errors: number; warnings: number }): string {
  const files = many(count.files, 'file');
  if (count.errors + count.warnings === 0) return `${files}: nothing found`;
  return `${files}: ${many(count.errors, 'error')}, ${many(count.warnings, 'warning')}`;
}
