/** Contract §3 and §4: what rules ask of the outside, extension conditions, and what operators do to alarms. */
import { describe, expect, it } from 'vitest';
import { compileDefinitions } from '../../definitions/index.ts';
import { type Act, createReplay, createWatch, type Wish } from '../../engine/index.ts';
import { compile } from './timeline.ts';

const line = (fields: Readonly<Record<string, unknown>>) =>
  JSON.stringify({ id: '1', flow: 'work', key: 'k', time: '2026-11-23T09:00:00Z', ...fields });

/** What the rules of a step ask for when it commits with N = 3. */
function asked(action: string): readonly Wish['effect'][] {
  const yaml = `
flow: work
steps: { a: { params: { N: { type: number } }, on: { committed: { when: N > 2, do: ${action} } } } }
---
channel: desk
type: log
settings: {}
`;
  const replay = createReplay(compile(yaml), { from: null, until: null });
  replay.line(line({ step: 'a', event: 'committed', params: { N: 3 } }));
  return replay.watch.harvest().wishes.map(({ effect }) => effect);
}

const TIME = Date.parse('2026-11-23T09:00:00Z');

describe('what rules ask of the outside', () => {
  it('publish gives the subject and the data, names filled in', () => {
    expect(
      asked('{ publish: "plant.{flow.key}.done", data: { n: "{N} bytes", list: ["{status}", 7] } }'),
    ).toEqual([
      {
        kind: 'publish',
        subject: 'plant.k.done',
        data: { n: '3 bytes', list: ['committed', 7] },
        time: TIME,
      },
    ]);
  });

  it('run gives the operation and the step', () => {
    expect(asked('{ run: restart }')).toEqual([{ kind: 'run', operation: 'restart', step: 'a', time: TIME }]);
  });

  it('notify gives the channel and the text', () => {
    expect(asked('{ notify: desk, text: "{N} bytes" }')).toEqual([
      { kind: 'notify', channel: 'desk', text: '3 bytes', time: TIME },
    ]);
  });

  it('the actions of a rule are carried out in order', () => {
    expect(asked('[{ run: first }, { alarm: mid }, { run: second }]')).toEqual([
      { kind: 'run', operation: 'first', step: 'a', time: TIME },
      { kind: 'run', operation: 'second', step: 'a', time: TIME },
    ]);
  });

  it('an event that comes twice asks once', () => {
    const yaml = 'flow: work\nsteps: { a: { on: { committed: { do: { run: restart } } } } }\n';
    const replay = createReplay(compile(yaml), { from: null, until: null });
    replay.line(line({ step: 'a', event: 'committed' }));
    replay.line(line({ step: 'a', event: 'committed' }));
    expect(replay.watch.harvest().wishes).toHaveLength(1);
    expect(replay.watch.harvest().wishes).toHaveLength(0);
  });
});

describe('extension conditions', () => {
  it.each([
    [true, 'active'],
    [false, 'idle'],
  ])('a registered condition that gives %s decides the connector', (answer, status) => {
    const yaml =
      'flow: work\nsteps: { a: { params: { N: { type: number } } }, b: {} }\nconnectors: [{ from: a, to: b, when: ready() }]\n';
    const { definitions } = compileDefinitions([{ file: 'a.yaml', text: yaml }], 'r1', {
      conditions: new Map([['ready', () => answer]]),
      handlers: new Map(),
    });
    if (definitions === null) throw new Error('the flow does not compile');
    const replay = createReplay(definitions, { from: null, until: null });
    replay.line(line({ step: 'a', event: 'committed' }));
    expect(replay.finish().instances[0]?.steps.b?.status).toBe(status);
  });
});

describe("an operator's close", () => {
  const yaml = 'flow: work\nsteps: { a: {}, b: {} }\nconnectors: [{ from: a, to: b }]\n';
  const of = { flow: 'work', key: 'k' };

  const closing = (alarm: string, id = 'c1'): Act => ({
    kind: 'close',
    id,
    ...of,
    alarm,
    reason: 'known',
    by: 'li',
    time: TIME,
  });

  function withAlarm() {
    const watch = createWatch({ definitions: compile(yaml), clock: null });
    const event = {
      id: '1',
      ...of,
      step: 'b',
      kind: 'activated' as const,
      time: TIME,
      state: null,
      params: [],
      message: null,
      source: null,
    };
    watch.take(event, TIME);
    const [change] = watch.harvest().alarms;
    if (change === undefined) throw new Error('an event out of order raised no alarm');
    return { watch, event, alarm: change.alarm };
  }

  it('ends an alarm that nothing else ends, at the time of the clock', () => {
    const { watch, alarm } = withAlarm();
    expect(alarm).toMatchObject({ name: 'out-of-order', step: 'b', clearedAt: null });
    expect(watch.act(closing(alarm.id), TIME + 60_000)).toMatchObject({ kind: 'accepted' });
    expect(watch.harvest().alarms.map((change) => change.alarm)).toMatchObject([
      { id: alarm.id, clearedAt: TIME + 60_000, clearedBy: 'by-hand' },
    ]);
    expect(watch.instances.get('work/k')?.instance.alarms).toEqual([]);
  });

  it('does nothing to an alarm that is closed already', () => {
    const { watch, alarm } = withAlarm();
    watch.act(closing(alarm.id), TIME);
    watch.harvest();
    expect(watch.act(closing(alarm.id, 'c2'), TIME)).toMatchObject({ kind: 'refused' });
    expect(watch.harvest().alarms).toEqual([]);
  });

  it('is followed by an alarm of its own when it happens again', () => {
    const { watch, event, alarm } = withAlarm();
    watch.act(closing(alarm.id), TIME);
    watch.harvest();
    watch.take({ ...event, id: '2', kind: 'committed', time: TIME + 1 }, TIME + 1);
    watch.take({ ...event, id: '3', time: TIME + 2 }, TIME + 2);
    const [again] = watch.harvest().alarms;
    expect(again?.alarm).toMatchObject({ name: 'out-of-order', count: 1, raisedAt: TIME + 2 });
    expect(again?.alarm.id).not.toBe(alarm.id);
  });
});
