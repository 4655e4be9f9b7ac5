/** One message per trouble, the right one, in time. */
import { describe } from 'vitest';
import { act, clear, raise, tells } from './notice-timeline.ts';

const FLOWS = `
flow: settlement
group: clearing
deadline: { at: "19:00" }
steps: { receive: { timers: { cut-off: { at: "16:10" } } }, check: { timers: { cut-off: { at: "16:30" } } } }
connectors: { from: receive, to: check }
---
flow: archive
group: operations
start: { after: settlement, in: 10m }
steps: { store: }
---
channel: desk
type: bell
---
channel: group
type: log
---
channel: mail
type: log
recovery: false
---
calendar: exchange
zone: Asia/Shanghai
weekend: [sat, sun]
sessions: { night: { from: "21:00", to: "02:30", day: next }, day: { from: "09:00", to: "15:00" } }
---
policy: contacts
people:
  li: { addresses: { group: li, mail: li@x }, backup: wang, head: zhao }
  wang: { addresses: { group: wang }, head: zhao }
  zhao: { addresses: { group: zhao, mail: zhao@x } }
---
`;
const PLAIN = `${FLOWS}policy: p\ncalendar: exchange\nrepeat: 0s\nroutes: { levels: { over: desk } }\n`;

describe('a trouble', () => {
  tells(
    'is told after the wait, and its end after the wait',
    PLAIN,
    [raise('09:00', 'settlement:receive exception'), clear('09:10', 'settlement:receive exception')],
    {
      notices: [
        '09:00:30 raised desk critical: settlement:receive exception',
        '09:10:30 recovered desk critical: settlement:receive exception',
      ],
      outcomes: { 'settlement:receive exception': 'told cleared' },
    },
  );

  tells(
    'that is over before the wait is told to nobody',
    PLAIN,
    [raise('09:00', 'settlement:receive exception'), clear('09:00:29', 'settlement:receive exception')],
    { notices: [], outcomes: { 'settlement:receive exception': 'brief cleared' } },
  );

  tells(
    'that ends and begins again within the wait is told once',
    PLAIN,
    [
      raise('09:00', 'settlement:receive exception'),
      clear('09:10', 'settlement:receive exception'),
      raise('09:10:20', 'settlement:receive exception'),
    ],
    {
      until: '09:14',
      notices: ['09:00:30 raised desk critical: settlement:receive exception'],
    },
  );

  tells(
    'has one notice for what comes together, and an update after the interval for what joins',
    PLAIN,
    [
      raise('09:00', 'settlement:receive stalled warning'),
      raise('09:00:20', 'settlement:check illegal-state warning'),
      raise('09:02', 'settlement:check dead-end warning'),
      raise('09:03', 'archive exception'),
    ],
    {
      until: '10:00',
      notices: [
        '09:00:30 raised desk warning: settlement:receive stalled; settlement:check illegal-state',
        '09:03:30 raised desk critical: archive exception',
        '09:05:30 changed desk warning: settlement:receive stalled; settlement:check illegal-state; settlement:check dead-end',
      ],
    },
  );

  tells(
    'that gets worse is told at once, without regard to the interval',
    PLAIN,
    [
      raise('09:00', 'settlement:receive stalled warning'),
      raise('09:02', 'settlement:check exception critical'),
    ],
    {
      until: '10:00',
      notices: [
        '09:00:30 raised desk warning: settlement:receive stalled',
        '09:02:30 changed desk critical: settlement:receive stalled; settlement:check exception',
      ],
    },
  );

  tells(
    'is not told to a channel that wants no recoveries when it is over',
    PLAIN.replace('over: desk', 'over: [desk, mail]')
      .replace('li@x', 'l')
      .replaceAll(/, mail: \S+/g, ''),
    [raise('09:00', 'settlement:receive exception'), clear('09:10', 'settlement:receive exception')],
    {
      notices: [
        '09:00:30 raised desk critical: settlement:receive exception',
        '09:00:30 raised mail critical: settlement:receive exception',
        '09:10:30 recovered desk critical: settlement:receive exception',
      ],
    },
  );

  tells(
    'is brought together as the policy says',
    PLAIN.replace('repeat: 0s', 'repeat: 0s\nby: system'),
    [
      raise('09:00', 'settlement:receive exception', { group: 'clearing' }),
      raise('09:00:10', 'settlement@2026-11-24:receive exception', { group: 'clearing' }),
      raise('09:00:20', 'archive exception', { group: 'operations' }),
    ],
    {
      until: '10:00',
      notices: [
        '09:00:30 raised desk critical: settlement:receive exception; settlement@2026-11-24:receive exception',
        '09:00:50 raised desk critical: archive exception',
      ],
    },
  );

  tells(
    'that no policy takes is told to nobody, and says so',
    PLAIN.replace('policy: p\n', 'policy: p\nmatch: { group: x* }\n'),
    [raise('09:00', 'settlement:receive exception', { group: 'clearing' })],
    { notices: [], outcomes: { 'settlement:receive exception': 'unrouted open' } },
  );
});

const LEVELS = `${FLOWS}policy: p
repeat: 1h
routes:
  - match: { severity: critical }
    levels:
      - { to: li, over: group }
      - { after: 10m, to: backup, over: group }
      - { after: 30m, to: head, over: [group, mail] }
  - levels: { over: desk }
`;

describe('levels', () => {
  tells(
    'are told in turn until somebody acknowledges',
    LEVELS,
    [
      raise('09:00', 'settlement:receive exception'),
      act('09:20', { act: 'ack', alarm: 'settlement:receive exception' }),
      clear('11:00', 'settlement:receive exception'),
    ],
    {
      notices: [
        '09:00:30 raised group(li) critical: settlement:receive exception',
        '09:10:30 escalated group(wang) critical: settlement:receive exception',
        '11:00:30 recovered group(li, wang) critical: settlement:receive exception',
      ],
      outcomes: { 'settlement:receive exception': 'told cleared' },
    },
  );

  tells(
    'are told on, from a notice to all who knew, once an acknowledgement is taken back',
    LEVELS,
    [
      raise('09:00', 'settlement:receive exception'),
      act('09:05', { act: 'ack', alarm: 'settlement:receive exception' }),
      act('09:40', { act: 'unack', alarm: 'settlement:receive exception' }),
      act('09:41', { act: 'unack', alarm: 'settlement:receive exception' }),
    ],
    {
      until: '09:51',
      notices: [
        '09:00:30 raised group(li) critical: settlement:receive exception',
        '09:40 repeated group(li) critical: settlement:receive exception',
        '09:50 escalated group(wang) critical: settlement:receive exception',
      ],
      outcomes: { 'settlement:receive exception': 'told escalated' },
      refused: ['nobody has acknowledged it'],
    },
  );

  tells(
    'reach the head, and then all are told again',
    LEVELS,
    [raise('09:00', 'settlement:receive exception')],
    {
      until: '10:31',
      notices: [
        '09:00:30 raised group(li) critical: settlement:receive exception',
        '09:10:30 escalated group(wang) critical: settlement:receive exception',
        '09:30:30 escalated group(zhao) critical: settlement:receive exception',
        '09:30:30 escalated mail(zhao) critical: settlement:receive exception',
        '10:30:30 repeated group(li, wang, zhao) critical: settlement:receive exception',
        '10:30:30 repeated mail(zhao) critical: settlement:receive exception',
      ],
    },
  );

  tells(
    'begin anew for what joins a trouble that was acknowledged',
    LEVELS,
    [
      raise('09:00', 'settlement:receive exception'),
      act('09:05', { act: 'ack', alarm: 'settlement:receive exception' }),
      raise('12:00', 'settlement:check exception'),
    ],
    {
      until: '12:11',
      notices: [
        '09:00:30 raised group(li) critical: settlement:receive exception',
        '12:00:30 changed group(li) critical: settlement:receive exception; settlement:check exception',
        '12:10:30 escalated group(wang) critical: settlement:check exception',
      ],
    },
  );

  tells(
    'of another route are told when a trouble gets worse',
    LEVELS,
    [
      raise('09:00', 'settlement:receive stalled warning'),
      raise('09:20', 'settlement:receive exception'),
      clear('09:25', 'settlement:receive exception'),
      clear('09:25', 'settlement:receive stalled'),
    ],
    {
      notices: [
        '09:00:30 raised desk warning: settlement:receive stalled',
        '09:20:30 changed desk critical: settlement:receive stalled; settlement:receive exception',
        '09:20:30 changed group(li) critical: settlement:receive stalled; settlement:receive exception',
        '09:25:30 recovered desk critical: settlement:receive stalled; settlement:receive exception',
        '09:25:30 recovered group(li) critical: settlement:receive stalled; settlement:receive exception',
      ],
    },
  );

  tells(
    'without anybody behind them are passed over',
    LEVELS.replace('to: li, over: group', 'to: wang, over: mail'),
    [raise('09:00', 'settlement:receive exception')],
    {
      until: '09:40',
      notices: [
        '09:00:30 raised group(zhao) critical: settlement:receive exception',
        '09:00:30 raised mail(zhao) critical: settlement:receive exception',
      ],
    },
  );

  tells(
    'assigned: the person is told, over the channels of the route',
    LEVELS,
    [
      raise('09:00', 'settlement:receive exception'),
      act('09:05', { act: 'ack', alarm: 'settlement:receive exception' }),
      act('09:06', { act: 'assign', alarm: 'settlement:receive exception', to: 'zhao' }),
    ],
    {
      until: '10:00',
      notices: [
        '09:00:30 raised group(li) critical: settlement:receive exception',
        '09:06 assigned group(zhao) critical: settlement:receive exception',
        '09:06 assigned mail(zhao) critical: settlement:receive exception',
      ],
    },
  );
});

describe('severities', () => {
  const RISING = LEVELS.replace(
    'repeat: 1h',
    'repeat: 0s\nrise: { match: { severity: warning }, after: 45m, to: critical }',
  );
  tells(
    'rise with time, and the route is chosen anew',
    RISING,
    [raise('09:00', 'settlement:receive stalled warning')],
    {
      until: '09:50',
      notices: [
        '09:00:30 raised desk warning: settlement:receive stalled',
        '09:45 changed desk critical: settlement:receive stalled',
        '09:45 changed group(li) critical: settlement:receive stalled',
      ],
    },
  );

  tells(
    'do not rise once somebody sees to it',
    RISING,
    [
      raise('09:00', 'settlement:receive stalled warning'),
      act('09:05', { act: 'ack', alarm: 'settlement:receive stalled' }),
    ],
    { notices: ['09:00:30 raised desk warning: settlement:receive stalled'] },
  );
});

describe('acts', () => {
  tells(
    'are refused where the life of the alarm does not know them',
    PLAIN,
    [
      raise('09:00', 'settlement:receive exception'),
      raise('09:00', 'archive exception'),
      clear('09:10', 'settlement:receive exception'),
      act('09:10:10', { act: 'ack', alarm: 'settlement:receive exception' }),
      act('09:10:20', { act: 'not-useful', alarm: 'settlement:receive exception' }),
      act('09:11', { act: 'ack', alarm: 'nothing of the kind' }),
      act('09:12', { act: 'unsilence', silence: 's1' }),
      act('09:13', { act: 'trial', channel: 'nowhere' }),
      act('09:14', { act: 'trial', channel: 'desk' }),
    ],
    {
      notices: [
        '09:00:30 raised desk critical: archive exception',
        '09:00:30 raised desk critical: settlement:receive exception',
        '09:10:30 recovered desk critical: settlement:receive exception',
        '09:14 trial desk info: ',
      ],
      refused: [
        'the alarm is cleared: nothing of this kind can be done about it',
        'there is no alarm nothing of the kind',
        'no silence s1 is in force',
        'no channel is called nowhere',
      ],
    },
  );
});
