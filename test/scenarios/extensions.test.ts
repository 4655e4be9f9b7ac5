/** Contract §3: extension functions: conditions in expressions, handlers as actions. */
import { describe, expect, it } from 'vitest';
import type { Condition, Extensions, Handler } from '../../definitions/index.ts';
import { createReplay } from '../../engine/index.ts';
import { at, compile, end, scenario, want } from './timeline.ts';

const FLOW = `
flow: work
steps:
  a:
    params: { PIN: { type: number }, POUT: { type: number, default: 5 }, SHARE: { type: number, value: PIN / POUT }, SHORT: { type: number } }
    timers: { slow: { after: activated, in: 10m }, again: {} }
    on:
      params: { do: { call: judge, with: { least: 0.5 } } }
      committed:
        - when: isShort()
          do: { alarm: short-transfer, severity: critical }
  b: {}
  c: {}
connectors:
  - { from: a, to: b, when: isShort() }
  - { from: a, to: c, when: not isShort() }
on: { created: { do: { call: greet } } }
`;

const isShort: Condition = ({ params: { PIN, POUT } }) => typeof PIN !== 'number' || PIN < Number(POUT);

function extensions(judge: Handler, greet: Handler = () => []): { readonly extensions: Extensions } {
  return {
    extensions: {
      conditions: new Map([['isShort', isShort]]),
      handlers: new Map([
        ['judge', judge],
        ['greet', greet],
      ]),
    },
  };
}
const still = extensions(() => []);

describe('condition functions', () => {
  scenario(
    'decide rules and connectors with the parameters of the step',
    FLOW,
    [
      at('09:00', 'a activated'),
      at('09:05', 'a committed', { PIN: 3 }),
      end('09:06', {
        steps: { b: 'active', c: 'idle' },
        alarms: ['09:05 short-transfer at a (expression, critical) "short-transfer: isShort()"'],
      }),
    ],
    still,
  );

  scenario(
    'are false as well as true',
    FLOW,
    [at('09:05', 'a committed', { PIN: 5 }), end('09:06', { steps: { b: 'idle', c: 'active' } })],
    still,
  );

  scenario(
    'that throw count as false and raise expression-error',
    FLOW,
    [
      at('09:05', 'a committed', { PIN: 5 }),
      end('09:06', {
        status: 'failed',
        steps: { b: 'idle', c: 'idle' },
        health: 'critical',
        alarms: [
          '09:05 dead-end at a (dead-end, critical)',
          '09:05 expression-error at a (expression-error, warning) "a: expression failed: isShort(…) failed: no paper, in not isShort()" x3',
        ],
      }),
    ],
    {
      extensions: {
        ...still.extensions,
        conditions: new Map([
          [
            'isShort',
            () => {
              throw new Error('no paper');
            },
          ],
        ]),
      },
    },
  );
});

/** Sets what is missing, and as long as it is too much raises an alarm and looks again. */
const judge: Handler = ({ params, steps }, given) => {
  const { SHARE, PIN, POUT } = params;
  const { least } = given as { readonly least: number };
  const missing = { set: 'SHORT', to: Number(POUT) - Number(PIN) };
  if (Number(SHARE) >= least)
    return [missing, { clear: 'half' }, { 'cancel-timer': 'slow' }, { 'cancel-timer': 'again' }];
  return [
    missing,
    { alarm: 'half', severity: 'info', text: `{PIN} of ${Object.keys(steps).length}` },
    { 'cancel-timer': 'slow' },
    { 'start-timer': 'again', in: '2m' },
  ];
};

describe('handlers', () => {
  scenario(
    'set parameters, raise alarms with the text as it is, start and stop timers',
    FLOW,
    [
      at('09:00', 'a activated'),
      at('09:01', 'a params', { PIN: 1 }),
      want('09:02', { steps: { a: { params: { SHORT: 4 } } }, open: ['half at a'] }),
      end('09:30', {
        alarms: ['09:01 half at a (expression, info) "{PIN} of 3"', '09:03 again at a (timer, warning)'],
      }),
    ],
    extensions(judge),
  );

  scenario(
    'clear alarms and stop what they started',
    FLOW,
    [
      at('09:00', 'a activated'),
      at('09:01', 'a params', { PIN: 1 }),
      at('09:02', 'a params', { PIN: 4 }),
      end('09:30', {
        steps: { a: { params: { SHORT: 1 } } },
        alarms: ['09:01 half at a (expression, info) until 09:02'],
      }),
    ],
    extensions(judge),
  );

  const wrong: readonly (readonly [string, Handler, string])[] = [
    ['throws', () => JSON.parse('no'), `handler judge failed: Unexpected token 'o', "no" is not valid JSON`],
    [
      'gives a wrong action behind right ones',
      () => [{ alarm: 'x' }, { set: 'PINN', to: 1 }],
      "handler judge failed: action 2: no parameter is named 'PINN'; did you mean 'PIN'?",
    ],
    [
      'is async',
      (async () => []) as unknown as Handler, // what a module exports keeps to no types
      'handler judge failed: it gave a promise: give the actions themselves, without async',
    ],
  ];
  for (const [what, handler, detail] of wrong)
    scenario(
      `one that ${what} does nothing, and raises expression-error until it works`,
      FLOW,
      [
        at('09:00', 'a activated'),
        at('09:01', 'a params', { PIN: 1 }),
        at('09:02', 'a params', { PIN: 2 }),
        at('09:03', 'a committed', { PIN: 5 }),
        end('09:30', {
          steps: { c: 'active' },
          alarms: [
            `09:01 expression-error at a (expression-error, warning) "a: expression failed: ${detail}" x2 until 09:03`,
          ],
        }),
      ],
      extensions((scope, given) => (scope.PIN === 5 ? [] : handler(scope, given))),
    );

  it('of a flow act on the instance, and publish, tell and run', () => {
    const greet: Handler = ({ flow, event }) => [
      { alarm: 'hello', text: `${flow.key} ${flow.tradingDay} ${event.event}` },
      { publish: 'clearing.begun', data: { key: flow.key } },
      { notify: 'on-call', text: '{key}' },
      { run: 'warm-up' },
    ];
    const { extensions: given } = extensions(() => [], greet);
    const created = FLOW.replace('flow: work', 'flow: work\nkey: "{tradingDay}"\nstart: { by: "15:30" }');
    const from = Date.parse('2026-11-23T00:00:00Z');
    const replay = createReplay(compile(created, given), { from, until: null });
    replay.watch.advance(from);
    const { alarms, wishes } = replay.watch.harvest();
    expect(alarms.map(({ alarm }) => alarm)).toMatchObject([
      {
        name: 'hello',
        step: null,
        source: 'expression',
        severity: 'warning',
        text: '2026-11-23 2026-11-23 created',
      },
    ]);
    expect(wishes.map(({ effect }) => effect)).toMatchObject([
      { kind: 'publish', subject: 'clearing.begun', data: { key: '2026-11-23' } },
      { kind: 'notify', channel: 'on-call', text: '{key}' },
      { kind: 'run', operation: 'warm-up', step: null },
    ]);
  });

  it('get the same scope on every replay', () => {
    const runs = [0, 1].map(() => {
      const seen: string[] = [];
      const noting: Handler = (scope, given) => {
        seen.push(JSON.stringify([scope, given]));
        return [];
      };
      const replay = createReplay(compile(FLOW, extensions(noting, noting).extensions), {
        from: null,
        until: null,
      });
      for (const PIN of [1, 4])
        replay.line(
          JSON.stringify({
            ...{ id: `${PIN}`, flow: 'work', key: 'k', step: 'a', event: 'params' },
            ...{ time: `2026-11-23T09:0${PIN}:00Z`, params: { PIN } },
          }),
        );
      replay.finish();
      return seen;
    });
    expect(runs[0]).toHaveLength(3);
    expect(runs[1]).toEqual(runs[0]);
  });
});
