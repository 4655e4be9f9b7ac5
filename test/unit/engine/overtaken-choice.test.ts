import { describe, expect, test } from 'vitest';
import { compileDefinitions } from '../../../definitions/index.ts';
import { createReplay } from '../../../engine/index.ts';

const text = `
flow: choice
steps:
  ask: { split: event }
  yes: {}
  no: {}
  close: { join: any }
connectors:
  - { from: ask, to: yes }
  - { from: ask, to: no }
  - { from: yes, to: close }
  - { from: no, to: close }
`;

interface Case {
  readonly outcome: string;
  readonly events: readonly string[];
  readonly status: string;
  /** steps whose events were out of order */
  readonly wrong: readonly string[];
  /** steps still expected */
  readonly open: readonly string[];
}

const cases: readonly Case[] = [
  {
    outcome: 'a branch that committed before the choice has won it, and nothing is left to wait for',
    events: ['yes committed', 'close committed', 'ask committed'],
    status: 'committed',
    wrong: ['yes'],
    open: [],
  },
  {
    outcome: 'a branch that is running when the choice comes has won it',
    events: ['yes params', 'ask committed', 'yes committed', 'close committed'],
    status: 'committed',
    wrong: ['yes'],
    open: [],
  },
  {
    outcome: 'the other branch is then out of order like any that lost',
    events: ['yes committed', 'ask committed', 'no committed', 'close committed'],
    status: 'committed',
    wrong: ['no', 'yes'],
    open: [],
  },
  {
    outcome: 'what was overtaken once is owed once: the next choice offers both again',
    events: ['yes committed', 'ask committed', 'close committed', 'ask committed'],
    status: 'running',
    wrong: ['ask', 'yes'],
    open: ['no', 'yes'],
  },
];

describe('a choice that one of its branches has overtaken', () => {
  test.each(cases)('$outcome', ({ events, status, wrong, open }) => {
    const { definitions, findings } = compileDefinitions([{ file: 'choice.yaml', text }], 'one');
    if (definitions === null) throw new Error(findings.map(({ message }) => message).join('\n'));
    const replay = createReplay(definitions, { from: null, until: null });
    events.forEach((said, index) => {
      const [step, event] = said.split(' ');
      const time = `2026-03-02T09:0${index}:00Z`;
      replay.line(JSON.stringify({ id: `${index}`, flow: 'choice', key: 'k', step, event, time }));
    });
    const report = replay.finish();
    const [instance] = report.instances;
    expect(instance?.status).toBe(status);
    expect(report.alarms.map(({ step, source }) => `${step} ${source}`).sort()).toEqual(
      wrong.map((step) => `${step} out-of-order`),
    );
    const steps = Object.entries(instance?.steps ?? {});
    expect(
      steps
        .filter(([, step]) => step.status === 'active')
        .map(([name]) => name)
        .sort(),
    ).toEqual(open);
  });
});
