import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  type AlarmTraits,
  compileDefinitions,
  createMatcher,
  type Notifying,
} from '../../../definitions/index.ts';
import { parseWindow } from '../../../definitions/read-times.ts';

const ROOT = new URL('../../../', import.meta.url);

const CALENDAR = `
calendar: exchange
zone: Asia/Shanghai
weekend: [sat, sun]
holidays: 2026-11-25
no-night: 2026-11-24
sessions: { night: { from: "21:00", to: "02:30", day: next }, day: { from: "09:00", to: "15:00" } }
`;

const compiled = (text: string) => compileDefinitions([{ file: 'p.yaml', text }], 'r1');

function notifying(text: string): Notifying {
  const { definitions, findings } = compiled(text);
  expect(findings).toEqual([]);
  if (definitions === null) throw new Error('the definitions have errors');
  return definitions.notifying;
}

/** `2026-11-23 09:00` in Shanghai. */
const at = (text: string) => Date.parse(`${text.replace(' ', 'T')}+08:00`);

const ALARM: AlarmTraits = {
  severity: 'critical',
  source: 'deadline',
  group: 'clearing',
  flow: 'settlement',
  key: '2026-11-23',
  step: null,
  name: 'deadline',
  tradingDay: '2026-11-23',
  labels: { system: 'ctp' },
};

test('the page on policies has no findings in its YAML, and names every key', async () => {
  const page = readFileSync(new URL('definitions/policies.md', ROOT), 'utf8');
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, yaml = '']) => yaml);
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) expect(compiled(block).findings).toEqual([]);
  const keys = new Set<string>();
  for (const kind of ['policy', 'channel']) {
    const schema = readFileSync(new URL(`definitions/schemas/${kind}.schema.json`, ROOT), 'utf8');
    JSON.parse(schema, (name, value) => {
      if (name === 'properties') for (const key of Object.keys(value)) keys.add(key);
      return value;
    });
  }
  const code = [...page.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words).join(' ');
  const ofTitles = ['en', 'zh'];
  const missing = [...keys].filter((key) => !new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(code));
  expect(missing.filter((key) => !ofTitles.includes(key))).toEqual([]);
});

describe('a match', () => {
  it.each([
    [{}, true],
    [{ severity: ['warning', 'critical'] as const }, true],
    [{ severity: ['warning'] as const }, false],
    [{ flow: ['settle*'], name: ['*line'] }, true],
    [{ flow: ['settle'] }, false],
    [{ flow: ['*tt*m*nt'] }, true],
    [{ flow: ['*tt*nt*nt'] }, false],
    [{ step: ['receive'] }, false],
    [{ step: ['*'] }, true],
    [{ label: { system: ['ctp'] } }, true],
    [{ label: { system: ['ctp'], room: ['a'] } }, false],
    [{ label: { toString: ['*x'] } }, false],
    [{ group: ['clearing'], not: { source: ['deadline'] } }, false],
    [{ group: ['clearing'], not: { source: ['timer'] } }, true],
  ])('%j fits: %s', (match, fits) => {
    expect(createMatcher(match)(ALARM)).toBe(fits);
  });

  test('agrees with the same pattern as a regular expression', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    fc.assert(
      fc.property(word, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 }), (pattern, flow) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(flow);
        if (pattern === '') return;
        expect(createMatcher({ flow: [pattern] })({ ...ALARM, flow })).toBe(expected);
      }),
      { numRuns: 300 },
    );
  });
});

describe('times', () => {
  const times = (words: string) =>
    notifying(
      `channel: c\ntype: bell\n---\npolicy: p\ncalendar: exchange\nroutes:\n  - { ${words}, levels: { over: c } }\n  - levels: { over: c }\n---${CALENDAR}`,
    ).policies[0]?.routes[0]?.times;

  it.each([
    ['during: "08:30-17:00"', '2026-11-23 08:30', true],
    ['during: "08:30-17:00"', '2026-11-23 17:00', false],
    ['during: "22:00-06:00", days: fri', '2026-11-28 02:00', true],
    ['during: "22:00-06:00", days: fri', '2026-11-27 02:00', false],
    ['during: night', '2026-11-23 21:00', true],
    ['during: night', '2026-11-24 02:29', true],
    ['during: night', '2026-11-24 02:30', false],
    ['during: night', '2026-11-24 22:00', false],
    ['during: trading', '2026-11-24 10:00', true],
    ['during: trading', '2026-11-25 10:00', false],
    ['days: non-trading', '2026-11-25 10:00', true],
    ['days: trading', '2026-11-28 10:00', false],
    ['from: 2026-11-24, until: 2026-11-24', '2026-11-24 23:59', true],
    ['from: 2026-11-24, until: 2026-11-24', '2026-11-25 00:00', false],
  ])('%s at %s: %s', (words, time, covers) => {
    expect(times(words)?.covers(at(time))).toBe(covers);
  });

  it('say when they change', () => {
    expect(times('during: night')?.nextChange(at('2026-11-23 22:00'))).toBe(at('2026-11-24 02:30'));
    // the evening of the 24th has no night session, the 25th is a holiday, so it is held on the 26th
    expect(times('during: night')?.nextChange(at('2026-11-24 12:00'))).toBe(at('2026-11-26 21:00'));
    expect(times('days: mon')?.nextChange(at('2026-11-23 12:00'))).toBe(at('2026-11-24 00:00'));
    expect(times('until: 2026-11-01')?.nextChange(at('2026-11-23 12:00'))).toBeNull();
  });

  it('are refused where they are none', () => {
    for (const wrong of ['8-17', '08:30-08:30', '25:00-26:00', '08:30', '1-2-3'])
      expect(parseWindow(wrong).ok, wrong).toBe(false);
  });
});

describe('who is on duty', () => {
  const { who } = notifying(
    `
policy: contacts
calendar: exchange
people: { li: , wang: , zhao: }
teams: { both: [li, wang, li] }
duty:
  desk:
    - { who: zhao, during: night }
    - { rota: [li, wang], each: 7d, since: 2026-11-02, turn: "08:00" }
  office: { who: both, days: trading, during: "09:00-17:00" }
---${CALENDAR}`
      .replace('office: { who', 'office:\n    - { who')
      .replace('17:00" }', '17:00" }\n    - who: zhao'),
  );
  const names = (name: string, time: string) => who(name, at(time)).map((person) => person.name);

  it.each([
    ['li', '2026-11-23 09:00', ['li']],
    ['both', '2026-11-23 09:00', ['li', 'wang']],
    ['desk', '2026-11-23 22:00', ['zhao']],
    ['desk', '2026-11-02 08:00', ['li']],
    ['desk', '2026-11-09 07:59', ['li']],
    ['desk', '2026-11-09 08:00', ['wang']],
    ['desk', '2026-11-16 08:00', ['li']],
    ['desk', '2026-10-30 12:00', ['wang']],
    ['office', '2026-11-23 12:00', ['li', 'wang']],
    ['office', '2026-11-25 12:00', ['zhao']],
    ['nobody', '2026-11-23 12:00', []],
  ])('%s at %s: %j', (name, time, expected) => {
    expect(names(name, time)).toEqual(expected);
  });
});

describe('a policy', () => {
  it('is asked by order, then by name, and only where it tells anybody', () => {
    const { policies } = notifying(
      ['b', 'a', 'c']
        .map(
          (name) => `policy: ${name}\n${name === 'c' ? '' : 'order: 5\n'}routes: { levels: { over: x } }\n`,
        )
        .concat('channel: x\ntype: bell\n', 'policy: people\npeople: { li: }\n')
        .join('---\n'),
    );
    expect(policies.map(({ name }) => name)).toEqual(['c', 'a', 'b']);
  });

  const FLOW = 'flow: settlement\ngroup: clearing\nsteps: { a: }\n---\nchannel: x\ntype: bell\n---\n';
  it.each([
    ['an unknown channel', 'routes: { levels: { over: y } }', ['error unknown-channel']],
    ['an unknown person', 'routes: { levels: { to: li, over: x } }', ['error unknown-name']],
    ['a head that is nobody', 'people: { li: { head: wang } }', ['error unknown-name']],
    ['a person called backup', 'people: { backup: }', ['error duplicate-name']],
    ['a team called as a person', 'people: { li: }\nteams: { li: li }', ['error duplicate-name']],
    [
      'an address at an unknown channel',
      'people: { li: { addresses: { y: a } } }',
      ['error unknown-channel'],
    ],
    [
      'levels out of order',
      'routes: { levels: [{ over: x }, { after: 9m, over: x }, { after: 5m, over: x }] }',
      ['error bad-level'],
    ],
    ['a first level that waits', 'routes: { levels: { after: 1m, over: x } }', ['error bad-level']],
    ['an unknown calendar', 'calendar: shfe', ['error unknown-calendar']],
    [
      'an unknown session',
      'routes: [{ during: night, levels: { over: x } }, { levels: { over: x } }]',
      ['error unknown-session'],
    ],
    [
      'a rota of hours',
      'people: { li: }\nduty: { d: { rota: li, each: 12h, since: 2026-01-01 } }',
      ['error bad-duration'],
    ],
    ['a duty with gaps', 'people: { li: }\nduty: { d: { who: li, days: mon } }', ['warning gap-in-duty']],
    [
      'no last route',
      'routes: { match: { severity: critical }, levels: { over: x } }',
      ['warning no-last-route'],
    ],
    ['a flow that is not there', 'match: { flow: setlement }', ['warning matches-nothing']],
    ['a group that is not there', 'match: { not: { group: trade* } }', ['warning matches-nothing']],
    ['a label that is not there', 'match: { label: { system: ctp } }', ['warning matches-nothing']],
  ])('with %s is told so, with the place', (_, words, expected) => {
    const { findings } = compiled(`${FLOW}policy: p\n${words}\n`);
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
    for (const { at: place } of findings) expect(place.line).toBeGreaterThan(7);
  });
});

describe('a channel', () => {
  it('has defaults for what it leaves out', () => {
    const { channels } = notifying('channel: desk\ntype: bell\n');
    expect(channels.get('desk')).toMatchObject({
      type: 'bell',
      language: 'both',
      recovery: true,
      timeout: 15_000,
      deadline: 86_400_000,
      dryRun: false,
      settings: {},
    });
  });

  it('keeps references to secrets as they are written', () => {
    const { channels } = notifying(
      'channel: hook\ntype: webhook\nsettings: { url: { env: HOOK }, __proto__: 1 }\n',
    );
    expect(channels.get('hook')?.settings).toEqual(JSON.parse('{"url":{"env":"HOOK"},"__proto__":1}'));
  });

  it('is told of a fallback that is not there, and of fields that no notice has', () => {
    const { findings } = compiled('channel: a\ntype: bell\nfallback: b\nsubject: "{severity} {colour}"\n');
    expect(findings.map(({ code }) => code)).toEqual(['unknown-channel', 'unknown-field']);
  });
});
