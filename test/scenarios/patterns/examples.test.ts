/** The examples that teach: each without findings, a case in good order without an alarm, and one that deviates. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  compileDefinitions,
  linkDefinitions,
  linkTests,
  readDefinitions,
  type Title,
} from '../../../definitions/index.ts';
import { runTest } from '../../../engine/index.ts';
import { at, end, from, scenario, want } from '../timeline.ts';

const HOME = new URL('../../../definitions/examples/', import.meta.url);
const FILES = readdirSync(HOME).filter((file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml'));
const TESTS = readdirSync(HOME, { recursive: true }).filter((file) => String(file).endsWith('.test.yaml'));

function source(file: string) {
  return { file, text: readFileSync(new URL(file, HOME), 'utf8') };
}

function example(file: string): string {
  return source(file).text;
}

describe.each(FILES)('%s', (file) => {
  const { documents, findings } = readDefinitions([source(file)]);

  test('has no findings', () => {
    expect([...findings, ...linkDefinitions(documents, 'r1').findings]).toEqual([]);
  });

  test('begins with a comment, and is titled in English and Chinese', () => {
    expect(example(file)).toMatch(/^# /);
    const titles: [string, Title | null][] = [];
    for (const document of documents) {
      if ('title' in document) titles.push([document.name, document.title]);
      if (document.kind === 'flow') for (const step of document.steps) titles.push([step.name, step.title]);
    }
    const untitled = titles.filter(([, title]) => typeof title !== 'object' || !title?.en || !title.zh);
    expect(untitled.map(([name]) => name)).toEqual([]);
  });
});

test('each has tests of its own, and all of them hold', () => {
  const yaml = readdirSync(HOME, { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.yaml'));
  const sources = yaml.map(source);
  const { definitions, findings } = compileDefinitions(sources, 'r1');
  expect(findings).toEqual([]);
  if (definitions === null) return;
  const linked = linkTests(readDefinitions(sources).documents, definitions);
  expect(linked.findings).toEqual([]);
  expect(linked.tests.flatMap((each) => runTest(definitions, each).failures)).toEqual([]);
  expect(FILES.filter((file) => !TESTS.includes(file.replace('.yaml', '.test.yaml')))).toEqual([]);
  const tested = linked.tests.filter(({ at }) => at.file.startsWith('futures-company/'));
  expect(tested.length).toBeGreaterThan(5);
});

test('the table of examples names every file', () => {
  const readme = readFileSync(new URL('README.md', HOME), 'utf8');
  const named = [...readme.matchAll(/^\| `([\w-]+(?:\.yaml|\/))`/gm)].map(([, name]) => name);
  expect(named.toSorted()).toEqual([...FILES, 'futures-company/'].toSorted());
});

describe('branch-and-join', () => {
  scenario('what was begun is waited for', example('branch-and-join.yaml'), [
    at('09:00', 'receive committed', { VALUE: 1500 }),
    at('09:05', 'pack committed'),
    at('09:10', 'insure committed'),
    want('09:11', { steps: { ship: 'idle' } }),
    at('09:15', 'pay committed'),
    at('09:20', 'ship committed'),
    end('25 10:00', { status: 'committed', deviated: false }),
  ]);

  scenario('shipping before it was paid is out of order', example('branch-and-join.yaml'), [
    at('09:00', 'receive committed', { VALUE: 10 }),
    at('09:05', 'pack committed'),
    at('09:10', 'ship committed'),
    end(null, { deviated: true, alarms: ['09:10 out-of-order at ship (out-of-order, warning)'] }),
  ]);
});

describe('loop-with-limit', () => {
  scenario('it is sent again until it arrives whole', example('loop-with-limit.yaml'), [
    at('09:00', 'send committed', { SENT: 100 }),
    at('09:05', 'check committed', { GOT: 60 }),
    at('09:10', 'send committed', { SENT: 100 }),
    at('09:15', 'check committed', { GOT: 100 }),
    at('09:20', 'load committed'),
    end(null, { status: 'committed', deviated: false, steps: { send: 'committed x2' } }),
  ]);

  scenario('the fourth attempt raises loop-limit, and is followed', example('loop-with-limit.yaml'), [
    ...[0, 1, 2, 3].flatMap((round) => [
      at(`09:0${round}`, 'send committed', { SENT: 100 }),
      at(`09:0${round}:30`, 'check committed', { GOT: 60 }),
    ]),
    end(null, {
      deviated: true,
      steps: { send: 'active x5' },
      alarms: ['09:03:30 loop-limit at check (loop-limit, warning)'],
    }),
  ]);
});

describe('first-to-report', () => {
  scenario('the first answer counts', example('first-to-report.yaml'), [
    at('09:00', 'offer committed'),
    at('24 09:00', 'accepted committed'),
    at('25 09:00', 'deliver committed'),
    end('30 09:00', {
      status: 'committed',
      deviated: false,
      steps: { declined: 'withdrawn', expired: 'withdrawn' },
    }),
  ]);

  scenario('a second answer is out of order', example('first-to-report.yaml'), [
    at('09:00', 'offer committed'),
    at('09:05', 'declined committed'),
    at('09:10', 'accepted committed'),
    end('09:11', { deviated: true, alarms: ['09:10 out-of-order at accepted (out-of-order, warning)'] }),
  ]);
});

describe('nested-each', () => {
  const north = from('shop-close/2026-11-23/north');
  const south = from('shop-close/2026-11-23/south');
  const day = { of: 'day-close/2026-11-23' };
  const close = from(day.of);

  scenario('the day goes on when every shop has closed', example('nested-each.yaml'), [
    close('20:00', 'count committed'),
    north('20:05', 'cash committed'),
    south('20:06', 'cash committed'),
    north('20:10', 'send committed'),
    want('20:11', { ...day, steps: { shops: 'running', total: 'idle' } }),
    south('20:15', 'send committed'),
    close('20:20', 'total committed'),
    end(null, { ...day, status: 'committed', deviated: false }),
  ]);

  scenario('totals are out of order while a shop is open', example('nested-each.yaml'), [
    close('20:00', 'count committed'),
    close('20:20', 'total committed'),
    end(null, {
      ...day,
      deviated: true,
      alarms: ['20:20 out-of-order at total of day-close/2026-11-23 (out-of-order, warning)'],
    }),
  ]);
});

describe('timers', () => {
  const TODAY = { of: 'daily-report/2026-11-23' };
  const setting = { keyed: false, from: '08:00' };

  scenario(
    'in time it is quiet',
    example('timers.yaml'),
    [
      at('08:35', 'collect activated'),
      at('08:55', 'collect params'),
      at('09:30', 'collect committed'),
      at('09:40', 'write state asked'),
      at('10:00', 'write state answered'),
      at('15:59', 'write committed'),
      end('18:00', { ...TODAY, status: 'committed', deviated: false }),
    ],
    setting,
  );

  scenario(
    'each silence has its alarm',
    example('timers.yaml'),
    [
      at('08:50', 'activated'),
      at('11:00', 'collect committed'),
      at('11:10', 'write state asked'),
      end('18:00', {
        ...TODAY,
        alarms: [
          '08:35 start-timeout of daily-report/2026-11-23 (start-timeout, warning) until 08:50',
          '09:10 silent at collect of daily-report/2026-11-23 (timer, warning) until 11:00',
          '10:50 slow at collect of daily-report/2026-11-23 (timer, warning) until 11:00',
          '11:55 answer at write of daily-report/2026-11-23 (timer, warning)',
          '16:00 cut-off at write of daily-report/2026-11-23 (timer, critical)',
          '17:30 report-late of daily-report/2026-11-23 (deadline, critical) "no report for 2026-11-23"',
        ],
      }),
    ],
    setting,
  );
});

describe('states-and-params', () => {
  scenario('all rows accounted for', example('states-and-params.yaml'), [
    at('09:00', 'read committed', { TOTAL: 1000 }),
    at('09:05', 'convert state running'),
    at('09:10', 'convert params', { DONE: 500, BAD: 1 }),
    at('09:15', 'convert committed', { DONE: 999 }, { state: 'finished' }),
    at('09:20', 'store state running'),
    at('09:25', 'store state finished', { DONE: 1000 }),
    at('09:26', 'store committed'),
    end(null, {
      status: 'committed',
      deviated: false,
      steps: { store: { params: { TOTAL: 1000, LEFT: 0 } } },
    }),
  ]);

  scenario('bad rows, missing rows and a wrong turn have their alarms', example('states-and-params.yaml'), [
    at('09:00', 'read committed', { TOTAL: 1000 }),
    at('09:05', 'convert state running'),
    at('09:10', 'convert params', { BAD: 20 }),
    at('09:15', 'convert committed', { DONE: 900 }, { state: 'finished' }),
    at('09:20', 'store state finished'),
    end(null, {
      deviated: true,
      alarms: [
        '09:10 bad-rows at convert (expression, warning) "20 of 1000 rows refused" x2',
        '09:15 rows-missing at convert (expression, critical) "80 rows missing"',
        '09:20 wrong-turn at store (illegal-state, warning) "finished may not follow"',
      ],
    }),
  ]);
});
