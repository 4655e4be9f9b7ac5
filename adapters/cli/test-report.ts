/** What came of tests of definitions, for people, programs and CI servers. */
import { formatPlace } from '../../definitions/index.ts';
import type { TestHappening, TestOutcome } from '../../engine/index.ts';
import type { Io } from './io.ts';
import { plain } from './table.ts';
import { failureText, noticeText, shortTime } from './test-failure.ts';
import { testWords } from './test-words.ts';
import { titleIn } from './words.ts';

export type TestFormat = 'text' | 'json' | 'junit';

/** How much of what happened is shown around a failure. */
const AROUND = 10;

/** The outcomes in a format, as whole lines. */
export function testReport(outcomes: readonly TestOutcome[], format: TestFormat, io: Io): string {
  switch (format) {
    case 'text':
      return outcomes.map((outcome) => outcomeText(outcome, io)).join('');
    case 'json':
      return `${JSON.stringify(jsonReport(outcomes, io), null, 2)}\n`;
    case 'junit':
      return junit(outcomes, io);
    default:
      throw new Error(`broken rule: a format is one of the choices, not ${format satisfies never}`);
  }
}

function outcomeText({ test, failures, happenings }: TestOutcome, io: Io): string {
  const title = titleIn(io.language, test.title, '');
  const head = `${test.name}${title === '' ? '' : `  ${io.tint('grey', plain(title))}`}`;
  if (failures.length === 0) return `${io.tint('green', '✓')} ${head}\n`;
  const lines = failures.flatMap((_, index) => failureLines({ test, failures, happenings }, index, io));
  return [`${io.tint('red', '✗')} ${head}`, ...lines].map((line) => `${line}\n`).join('');
}

/** One failure with what happened up to it; what the one before it has shown is not shown again. */
function failureLines({ test, failures, happenings }: TestOutcome, index: number, io: Io): string[] {
  const word = testWords(io.language);
  const failure = failures[index];
  if (failure === undefined) return [];
  const { zone } = test;
  const { about, expected, actual } = failureText(failure, { word, zone, language: io.language });
  const time = shortTime(new Date(failure.time).toISOString(), zone);
  const next = failures[index + 1];
  const isSame =
    next !== undefined &&
    next.time === failure.time &&
    next.key === failure.key &&
    next.flow === failure.flow;
  return [
    `    ${plain(`${failure.flow} ${failure.key}: ${about}`)}  ${io.tint('grey', `${time}  ${formatPlace(failure.place)}`)}`,
    `      ${io.tint('green', `- ${word('expected')}: ${plain(expected)}`)}`,
    `      ${io.tint('red', `+ ${word('actual')}: ${plain(actual)}`)}`,
    ...(isSame ? [] : [`      ${word('around')}:`, ...around(happenings, failure, zone, io)]),
  ];
}

function around(
  happenings: readonly TestHappening[],
  failure: { readonly time: number; readonly flow: string; readonly key: string },
  zone: string,
  io: Io,
): string[] {
  const root = failure.key.split('/')[0];
  const own = happenings.filter(({ key }) => key.split('/')[0] === root);
  const before = own.filter(({ time }) => time <= failure.time).slice(-AROUND);
  const after = own.filter(({ time }) => time > failure.time).slice(0, 2);
  const line = (happening: TestHappening) =>
    `        ${shortTime(new Date(happening.time).toISOString(), zone)}  ${plain(happeningText(happening, failure, io))}`;
  if (before.length + after.length === 0) return [`        ${testWords(io.language)('nothing')}`];
  return [
    ...before.map(line),
    `      ${io.tint('red', `> ${shortTime(new Date(failure.time).toISOString(), zone)}`)}`,
    ...after.map((each) => io.tint('grey', line(each))),
  ];
}

/** One thing that happened in one line, named by its flow where that is another one. */
function happeningText(
  happening: TestHappening,
  own: { readonly flow: string; readonly key: string },
  io: Io,
): string {
  const word = testWords(io.language);
  const foreign = happening.flow !== own.flow || happening.key !== own.key;
  const head = foreign ? `${happening.flow} ${happening.key}: ` : '';
  switch (happening.kind) {
    case 'event': {
      const { step, event, state, params } = happening;
      const more = [
        ...(state === null || event === 'state' ? [] : [`state=${state}`]),
        ...params.map(([name, value]) => `${name}=${value}`),
      ];
      const what = event === 'state' && state !== null ? `state ${state}` : event;
      return `${head}${word('event')} ${[step, what, ...more].filter((part) => part !== null).join(' ')}`;
    }
    case 'rejected':
      return `${head}${word('rejected')}: ${happening.reason}`;
    case 'act':
      return `${head}${word('act')} ${happening.act} (${happening.by})`;
    case 'step':
      return `${head}${word('step')} ${happening.step}: ${happening.from} → ${happening.to}`;
    case 'alarm': {
      const { name, step, severity, change } = happening;
      return `${head}${word('alarm')} ${name}${step === null ? '' : ` @${step}`} (${severity}) ${word(change)}`;
    }
    case 'notice':
      return `${head}${word('notice')} ${noticeText(happening.notice, io.language)}`;
    default:
      return happening satisfies never;
  }
}

function jsonReport(outcomes: readonly TestOutcome[], io: Io): object {
  const word = testWords(io.language);
  return {
    tests: outcomes.map(({ test, failures }) => ({
      name: test.name,
      file: test.at.file,
      line: test.at.line,
      passed: failures.length === 0,
      failures: failures.map((failure) => ({
        file: failure.place.file,
        line: failure.place.line,
        column: failure.place.column,
        time: new Date(failure.time).toISOString(),
        flow: failure.flow,
        key: failure.key,
        kind: failure.kind,
        ...failureText(failure, { word, zone: test.zone, language: io.language }),
      })),
    })),
  };
}

function junit(outcomes: readonly TestOutcome[], io: Io): string {
  const files = Map.groupBy(outcomes, ({ test }) => test.at.file);
  const failed = (some: readonly TestOutcome[]) => some.filter(({ failures }) => failures.length > 0).length;
  const suites = [...files].map(([file, of]) => {
    const cases = of.map((outcome) => testCase(outcome, io));
    return `  <testsuite name="${xml(file)}" tests="${of.length}" failures="${failed(of)}" errors="0" skipped="0">\n${cases.join('')}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="milepost" tests="${outcomes.length}" failures="${failed(outcomes)}">\n${suites.join('')}</testsuites>\n`;
}

function testCase(outcome: TestOutcome, io: Io): string {
  const { test, failures } = outcome;
  const head = `    <testcase name="${xml(test.name)}" classname="${xml(test.at.file)}" file="${xml(test.at.file)}" line="${test.at.line}"`;
  const [first] = failures;
  if (first === undefined) return `${head}/>\n`;
  const colourless: Io = { ...io, tint: (_, text) => text };
  const { about, expected, actual } = failureText(first, {
    word: testWords(io.language),
    zone: test.zone,
    language: io.language,
  });
  const message = `${first.flow} ${first.key}: ${about}: ${expected} / ${actual}`;
  const body = outcomeText(outcome, colourless);
  return `${head}>\n      <failure message="${xml(message)}">${xml(body)}</failure>\n    </testcase>\n`;
}

/** A text inside XML: what XML 1.0 cannot hold is left out. */
function xml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
