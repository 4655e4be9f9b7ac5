import { writeFile } from 'node:fs/promises';
import {
  compileDefinitions,
  type Finding,
  linkTests,
  readDefinitions,
  sortFindings,
} from '../../../definitions/index.ts';
import { type CoverageItem, createCoverage, runTest, type TestOutcome } from '../../../engine/index.ts';
import { reasonOf } from '../../reason-of.ts';
import { watchFiles } from '../../watch-files.ts';
import type { Command } from '../command.ts';
import { coverageJson, coverageLcov, coverageText } from '../coverage-report.ts';
import { definitionSources } from '../definition-sources.ts';
import { checkedExtensions, EXTENSIONS_OPTION } from '../extension-option.ts';
import { findingsText } from '../findings-text.ts';
import type { Io } from '../io.ts';
import type { Options } from '../options.ts';
import { EXIT, FileTrouble, WrongUse } from '../outcome.ts';
import { type TestFormat, testReport } from '../test-report.ts';
import { testWords } from '../test-words.ts';

const FORMATS: readonly TestFormat[] = ['text', 'json', 'junit'];
const COVERAGE_FORMATS = ['text', 'json', 'lcov'] as const;
const SETTLE = 200;

/** `milepost test`: the tests that stand beside definitions, in virtual time. */
export const test: Command = {
  usage: 'test PATH… [options]',
  about:
    'Runs the `test:` documents among definitions in virtual time: a timeline of events, and what is expected to come of it.',
  operands: { least: 1, most: Number.POSITIVE_INFINITY },
  options: {
    format: { value: 'FORMAT', about: 'text (default), json or junit', choices: FORMATS },
    only: { value: 'NAME', about: 'only the test of this name', many: true },
    coverage: {
      value: 'FORMAT',
      about:
        'which steps, connectors, rules and timers no test reached: text, json or lcov, on standard error',
      choices: COVERAGE_FORMATS,
    },
    'coverage-file': { value: 'FILE', about: 'where the coverage is written instead' },
    watch: { value: null, about: 'run again whenever a file changes, until Ctrl-C' },
    extensions: EXTENSIONS_OPTION,
  },
  examples: [
    { line: 'test flows/', about: 'all tests below a folder' },
    { line: 'test flows/ --watch', about: 'while definitions are written' },
    { line: 'test flows/ --format junit > tests.xml', about: 'for a CI server' },
    { line: 'test flows/ --coverage text', about: 'what no test has reached' },
  ],
  notes: [
    'Files called NAME.test.yaml are for tests: `up` leaves them out.',
    'Exit codes: 0 all hold, 1 some fail or definitions have errors, 2 there is no test, or a path cannot be opened.',
  ],
  async run({ operands, options, io }) {
    if (options.text('coverage-file') !== undefined && options.text('coverage') === undefined)
      throw new WrongUse('--coverage-file needs --coverage: add --coverage lcov');
    if (!options.flag('watch')) return runOnce(operands, options, io);
    const stopping = new AbortController();
    const stop = () => stopping.abort();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
    const module = options.text('extensions');
    const paths = module === undefined ? operands : [...operands, module];
    await watchFiles(paths, { settle: SETTLE, signal: stopping.signal }, async () => {
      await runOnce(operands, options, io).catch((error: unknown) => {
        // a file that is gone for a moment, while an editor writes it, is there again at the next change
        io.say(reasonOf(error));
      });
      io.say('');
    });
    return EXIT.done;
  },
};

async function runOnce(paths: readonly string[], options: Options, io: Io): Promise<number> {
  const sources = await definitionSources(paths, true);
  const module = await checkedExtensions(options.text('extensions') ?? null);
  const { definitions, findings } = compileDefinitions(sources, 'test', module.extensions);
  const certain = [...module.findings, ...module.certain(findings)];
  if (definitions === null || hasErrors(certain)) return refuse(certain, io);
  const linked = linkTests(readDefinitions(sources).documents, definitions);
  if (hasErrors(linked.findings)) return refuse([...certain, ...linked.findings], io);
  const tests = linked.tests.filter(chosen(options.all('only')));
  if (tests.length === 0) throw new FileTrouble(noTests(paths, options, linked.tests));
  const coverage = createCoverage(definitions);
  const outcomes = tests.map((each) => runTest(definitions, each, { trace: coverage.trace }));
  const format = FORMATS.find((each) => each === options.text('format')) ?? 'text';
  await io.out(testReport(outcomes, format, io));
  await reportCoverage(coverage.items(), options, io);
  io.say(summary(outcomes, io));
  return outcomes.some(({ failures }) => failures.length > 0) ? EXIT.findings : EXIT.done;
}

function chosen(names: readonly string[]): (test: { readonly name: string }) => boolean {
  return ({ name }) => names.length === 0 || names.includes(name);
}

function noTests(
  paths: readonly string[],
  options: Options,
  tests: readonly { readonly name: string }[],
): string {
  const only = options.all('only');
  if (tests.length > 0)
    return `there is no test named ${only.join(', ')}: there are ${tests.map(({ name }) => name).join(', ')}`;
  return `there is no test below ${paths.join(', ')}: write a document that begins with \`test: NAME\``;
}

function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some(({ severity }) => severity === 'error');
}

function refuse(findings: readonly Finding[], io: Io): number {
  io.say(findingsText(sortFindings(findings), 'text', (_, text) => text).trimEnd());
  io.say('nothing was tested: correct the definitions');
  return EXIT.findings;
}

async function reportCoverage(items: readonly CoverageItem[], options: Options, io: Io): Promise<void> {
  const format = COVERAGE_FORMATS.find((each) => each === options.text('coverage'));
  if (format === undefined) return;
  const text =
    format === 'text'
      ? coverageText(items, io)
      : format === 'json'
        ? `${JSON.stringify(coverageJson(items), null, 2)}\n`
        : coverageLcov(items);
  const file = options.text('coverage-file');
  if (file === undefined) io.say(text.trimEnd());
  else await writeFile(file, text);
}

function summary(outcomes: readonly TestOutcome[], io: Io): string {
  const word = testWords(io.language);
  const failed = outcomes.filter(({ failures }) => failures.length > 0).length;
  const passed = outcomes.length - failed;
  return `${outcomes.length} ${word('tests')}: ${passed} ${word('passed')}, ${failed} ${word('failed')}`;
}
