/** Who is told that a channel does not deliver: everybody who can be reached otherwise, and nobody over that channel. */
import { describe, expect, test } from 'vitest';
import { createDispatcher, planRoute, type SendOutcome } from '../../../engine/index.ts';
import { clear, definitionsOf, raise, tells, timeOf } from './notice-timeline.ts';

const CHANNELS = `
flow: milepost-channel
group: milepost
steps: { delivery: }
---
flow: report
steps: { write: }
---
{ channel: desk, type: bell }
---
{ channel: hook, type: log }
---
{ channel: mail, type: log }
---
policy: folk
people:
  li:   { addresses: { hook: li-1, mail: li-2 } }
  wang: { addresses: { mail: wang } }
`;
const OVER_HOOK = `${CHANNELS}---
policy: p
wait: 0s
repeat: 0s
routes: { levels: [{ to: li, over: hook }, { after: 10m, to: wang, over: mail }] }
`;
const BY_GROUP = `${CHANNELS}---
policy: p
match: { flow: milepost-channel }
by: system
wait: 0s
repeat: 0s
routes: { levels: [{ over: desk }] }
`;
const down = (channel: string) => `milepost-channel@${channel}:delivery channel-down`;

describe('a channel that does not deliver', () => {
  tells('is told over the next level that leads elsewhere', OVER_HOOK, [raise('09:00', down('hook'))], {
    notices: ['09:00 raised mail(wang) critical: milepost-channel@hook:delivery channel-down'],
  });

  tells(
    'is told where no policy takes it: at places, and to whoever is reached over both; so is its end',
    CHANNELS,
    [raise('09:00', down('hook')), clear('09:10', down('hook'))],
    {
      notices: [
        '09:00 raised desk critical: milepost-channel@hook:delivery channel-down',
        '09:00 raised mail(li) critical: milepost-channel@hook:delivery channel-down',
        '09:10 recovered desk critical: milepost-channel@hook:delivery channel-down',
        '09:10 recovered mail(li) critical: milepost-channel@hook:delivery channel-down',
      ],
    },
  );

  tells(
    'is not told over another that does not deliver either, and with the last one nobody is told',
    CHANNELS,
    [raise('09:00', down('desk')), raise('09:01', down('mail')), raise('09:02', down('hook'))],
    {
      until: '10:00',
      notices: [
        '09:00 raised hook(li) critical: milepost-channel@desk:delivery channel-down',
        '09:00 raised mail(li, wang) critical: milepost-channel@desk:delivery channel-down',
        '09:01 raised hook(li) critical: milepost-channel@mail:delivery channel-down',
      ],
      outcomes: { 'milepost-channel@hook:delivery channel-down': 'unrouted open' },
    },
  );

  tells(
    'is told elsewhere where everybody who knows of its trouble is behind it',
    BY_GROUP,
    [
      raise('09:00', 'milepost-channel@mail:delivery channel-down'),
      raise('09:10', 'milepost-channel@desk:delivery channel-down'),
      clear('09:20', 'milepost-channel@desk:delivery channel-down'),
      clear('09:20', 'milepost-channel@mail:delivery channel-down'),
    ],
    {
      notices: [
        '09:00 raised desk critical: milepost-channel@mail:delivery channel-down',
        '09:10 changed hook(li) critical: milepost-channel@mail:delivery channel-down; milepost-channel@desk:delivery channel-down',
        '09:20 recovered desk critical: milepost-channel@mail:delivery channel-down; milepost-channel@desk:delivery channel-down',
        '09:20 recovered hook(li) critical: milepost-channel@mail:delivery channel-down; milepost-channel@desk:delivery channel-down',
      ],
    },
  );

  test('is answered for when somebody asks who would be told', () => {
    const traits = {
      ...{ severity: 'critical' as const, source: 'expression', group: 'milepost', flow: 'milepost-channel' },
      ...{ key: 'hook', step: 'delivery', name: 'channel-down', tradingDay: '2026-11-23', labels: {} },
    };
    const plan = planRoute(definitionsOf(CHANNELS).notifying, traits, timeOf('09:00'));
    expect(plan.levels.map(({ deliveries }) => deliveries.map(({ channel }) => channel))).toEqual([
      ['desk', 'mail'],
    ]);
  });
});

describe('a dispatcher knows its channel', () => {
  const RETRY: SendOutcome = { kind: 'retry', after: null, reason: 'refused' };
  const FAILED: SendOutcome = { kind: 'failed', reason: 'no such user' };
  const SENT: SendOutcome = { kind: 'sent', detail: null };
  const KEPT: SendOutcome = { kind: 'kept', after: 1_000, reason: 'kept by the relay', down: null };

  test.each<readonly [string, readonly SendOutcome[], string]>([
    ['unknown before anything was tried', [], 'unknown'],
    ['not down after four failures', [RETRY, RETRY, RETRY, RETRY], 'unknown'],
    ['down after five in a row', [RETRY, RETRY, RETRY, RETRY, RETRY], 'down refused'],
    ['down with the first notice that is given up', [SENT, FAILED], 'down no such user'],
    ['working again once something is sent', [FAILED, RETRY, SENT], 'works'],
    ['not down while somebody on the way keeps it', [RETRY, RETRY, RETRY, RETRY, KEPT, RETRY], 'unknown'],
    ['down where he cannot deliver', [SENT, { ...KEPT, down: 'robot: busy' }], 'down robot: busy'],
    ['down until it was delivered, not only kept', [FAILED, KEPT], 'down no such user'],
    ['down where nobody will know', [{ kind: 'unknown', reason: 'lost', final: true }], 'down lost'],
  ])('as %s', async (_, answers, wanted) => {
    let now = timeOf('09:00');
    let asked = 0;
    const definition = definitionsOf(CHANNELS).notifying.channels.get('hook');
    if (definition === undefined) throw new Error('there is a channel hook');
    const notice = {
      ...{ id: 'n', channel: 'hook', kind: 'notify' as const, thread: 't', recovered: false },
      ...{ severity: 'info' as const, level: 1, at: now, path: null, to: [], alarms: [], folded: [] },
      words: { en: { subject: 's', text: 't' }, zh: { subject: 's', text: 't' } },
    };
    const dispatcher = createDispatcher({
      ...{ definition, address: null, now: () => now, random: () => 0.5 },
      timeout: (ms) => AbortSignal.timeout(ms),
      channel: { send: async () => answers[asked++] ?? SENT, close: async () => {} },
      store: {
        claim: async () => [{ notice, attempt: 1, uncertain: false, unknowns: 0 }],
        settle: async () => {},
        standing: async () => [],
      },
    });
    for (const _answer of answers) {
      await dispatcher.turn();
      now += 1_000;
    }
    const state = dispatcher.state();
    expect(state.kind === 'down' ? `down ${state.reason}` : state.kind).toBe(wanted);
  });
});
