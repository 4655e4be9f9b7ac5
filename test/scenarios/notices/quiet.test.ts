/** What nobody is told of, and why: consequences, silences, maintenance, flapping, storms. */
import { describe } from 'vitest';
import { act, clear, fact, raise, tells } from './notice-timeline.ts';

const FLOWS = `
flow: settlement
deadline: { at: "19:00" }
steps:
  receive: { timers: { stalled: { after: activated, in: 10m } } }
  check: { timers: { cut-off: { at: "16:30" } } }
  margin: { flow: margin }
connectors: [{ from: receive, to: check }, { from: check, to: margin }]
---
flow: margin
start: { by: "17:00" }
steps: { compute: }
---
flow: archive
start: { after: settlement, in: 10m }
deadline: { at: "21:00" }
steps: { store: }
---
channel: desk
type: bell
---
channel: traps
type: log
---
calendar: exchange
zone: Asia/Shanghai
weekend: [sat, sun]
---
policy: p
calendar: exchange
repeat: 0s
`;
const PLAIN = `${FLOWS}routes: { levels: { over: desk } }\n`;

describe('a consequence', () => {
  tells(
    'is listed under its root and told to nobody, in nested and in dependent flows too',
    PLAIN,
    [
      raise('16:00', 'settlement:receive exception'),
      raise('16:30', 'settlement:check cut-off warning'),
      raise('17:00', 'margin start-timeout warning'),
      raise('19:00', 'settlement deadline'),
      raise('21:00', 'archive deadline'),
      raise('21:05', 'settlement:receive illegal-state warning'),
    ],
    {
      notices: [
        '16:00:30 raised desk critical: settlement:receive exception',
        '21:05:30 changed desk critical: settlement:receive exception; settlement:receive illegal-state | settlement:check cut-off; margin start-timeout; settlement deadline; archive deadline',
      ],
      outcomes: {
        'settlement:check cut-off': 'folded open',
        'margin start-timeout': 'folded open',
        'archive deadline': 'folded open',
      },
    },
  );

  tells(
    'that stands when its root is over is told then',
    PLAIN,
    [
      raise('16:00', 'settlement:receive exception'),
      raise('17:00', 'margin start-timeout warning'),
      clear('17:10', 'settlement:receive exception'),
    ],
    {
      notices: [
        '16:00:30 raised desk critical: settlement:receive exception',
        '17:10:30 recovered desk critical: settlement:receive exception',
        '17:10:30 raised desk warning: margin start-timeout',
      ],
      outcomes: { 'margin start-timeout': 'told open' },
    },
  );

  tells(
    'that is over before its root is told to nobody',
    PLAIN,
    [
      raise('16:00', 'settlement:receive exception'),
      raise('17:00', 'margin start-timeout warning'),
      clear('17:05', 'margin start-timeout'),
      clear('17:10', 'settlement:receive exception'),
    ],
    {
      notices: [
        '16:00:30 raised desk critical: settlement:receive exception',
        '17:10:30 recovered desk critical: settlement:receive exception',
      ],
      outcomes: { 'margin start-timeout': 'folded cleared' },
    },
  );

  tells(
    'that is worse than what people know is told in the thread of its root',
    PLAIN,
    [
      raise('16:00', 'settlement:receive stalled warning'),
      raise('17:00', 'margin start-timeout warning'),
      raise('19:00', 'settlement deadline'),
      raise('21:00', 'archive deadline'),
    ],
    {
      notices: [
        '16:00:30 raised desk warning: settlement:receive stalled',
        '19:00:30 changed desk critical: settlement:receive stalled | margin start-timeout; settlement deadline',
      ],
    },
  );

  tells(
    'raised together with its root is told with it',
    PLAIN,
    [raise('17:00', 'margin start-timeout warning'), raise('17:00:10', 'settlement:receive exception')],
    {
      notices: ['17:00:40 raised desk critical: settlement:receive exception | margin start-timeout'],
    },
  );

  tells(
    'of an alarm that nobody is told of is told by itself',
    PLAIN.replace('policy: p\n', 'policy: p\nmatch: { not: { flow: settlement } }\n'),
    [raise('16:00', 'settlement:receive exception'), raise('17:00', 'margin start-timeout warning')],
    { notices: ['17:00:30 raised desk warning: margin start-timeout'] },
  );

  tells(
    'of a consequence goes to the first root',
    PLAIN,
    [
      raise('16:00', 'margin:compute exception'),
      raise('16:10', 'settlement:receive exception'),
      raise('21:00', 'archive deadline'),
    ],
    {
      notices: [
        '16:00:30 raised desk critical: margin:compute exception',
        '16:10:30 raised desk critical: settlement:receive exception',
      ],
    },
  );
});

describe('a silence', () => {
  const silence = (time: string, until: string, more = {}) =>
    act(time, { act: 'silence', id: 's1', match: { flow: 'settlement' }, until, reason: 'test', ...more });

  tells(
    'keeps quiet what it matches; what stands at its end is told then',
    PLAIN,
    [
      silence('08:00', '10:00'),
      raise('09:00', 'settlement:receive exception'),
      raise('09:00', 'archive exception'),
      raise('09:05', 'settlement:check exception'),
      clear('09:30', 'settlement:check exception'),
    ],
    {
      notices: [
        '09:00:30 raised desk critical: archive exception',
        '10:00 raised desk critical: settlement:receive exception',
      ],
    },
  );

  tells(
    'that is ended before its time lets through what stands',
    PLAIN,
    [
      silence('08:00', '10:00'),
      raise('09:00', 'settlement:receive exception'),
      act('09:30', { act: 'unsilence', silence: 's1' }),
    ],
    { notices: ['09:30 raised desk critical: settlement:receive exception'] },
  );

  tells(
    'stops levels and repeats of what was told, and they go on after it',
    `${FLOWS.replace('repeat: 0s', 'repeat: 2h')}routes: { levels: [{ over: desk }, { after: 30m, over: traps }] }\n`,
    [
      raise('09:00', 'settlement:receive exception'),
      act('09:05', { act: 'mute', alarm: 'settlement:receive exception', until: '12:00', reason: 'known' }),
    ],
    {
      until: '12:40',
      notices: [
        '09:00:30 raised desk critical: settlement:receive exception',
        '12:00 repeated desk critical: settlement:receive exception',
        '12:30 escalated traps critical: settlement:receive exception',
      ],
    },
  );

  tells(
    'made from an alarm is of that alarm alone',
    PLAIN,
    [
      raise('09:00', 'settlement:receive exception'),
      act('09:00:10', {
        act: 'mute',
        alarm: 'settlement:receive exception',
        until: '12:00',
        reason: 'known',
      }),
      raise('09:10', 'settlement:check exception'),
      clear('09:20', 'settlement:receive exception'),
      clear('09:20', 'settlement:check exception'),
    ],
    {
      notices: [
        '09:10:30 raised desk critical: settlement:check exception',
        '09:20:30 recovered desk critical: settlement:check exception',
      ],
      outcomes: { 'settlement:receive exception': 'muted cleared' },
    },
  );

  tells(
    'of a root keeps its consequences quiet, save those that are worse',
    PLAIN,
    [
      silence('08:00', '22:00', { match: { step: 'receive' } }),
      raise('16:00', 'settlement:receive stalled warning'),
      raise('17:00', 'margin start-timeout warning'),
      raise('19:00', 'settlement deadline critical'),
    ],
    {
      until: '20:00',
      notices: ['19:00:30 raised desk critical: settlement deadline'],
      outcomes: { 'margin start-timeout': 'folded open' },
    },
  );

  tells(
    'does not keep from people that what they were told is over',
    PLAIN,
    [
      raise('09:00', 'settlement:receive exception'),
      silence('09:05', '12:00'),
      clear('09:30', 'settlement:receive exception'),
    ],
    {
      notices: [
        '09:00:30 raised desk critical: settlement:receive exception',
        '09:30:30 recovered desk critical: settlement:receive exception',
      ],
    },
  );
});

describe('maintenance', () => {
  tells(
    'keeps quiet at its times, and what stands after it is told',
    `${FLOWS}maintenance: { match: { flow: archive }, during: "02:00-04:00", reason: tapes }\nroutes: { levels: { over: desk } }\n`,
    [
      raise('03:00', 'archive exception'),
      raise('05:00', 'archive@2026-11-22 exception'),
      raise('24 02:30', 'archive@2026-11-24 exception'),
      clear('24 03:00', 'archive@2026-11-24 exception'),
    ],
    {
      until: '24 05:00',
      notices: [
        '04:00 raised desk critical: archive exception',
        '05:00:30 raised desk critical: archive@2026-11-22 exception',
      ],
      outcomes: { 'archive@2026-11-24 exception': 'muted cleared' },
    },
  );
});

describe('an alarm that flaps', () => {
  const FLAPPING = `${FLOWS}wait: 5s\ninterval: 10s\nflapping: { over: 3, within: 30m, calm: 20m }\nroutes: { levels: { over: desk } }\n`;
  const flaps = (minutes: readonly string[]) =>
    minutes.flatMap((minute) => [
      raise(`09:${minute}`, 'settlement:receive illegal-state'),
      clear(`09:${minute}:30`, 'settlement:receive illegal-state'),
    ]);

  tells(
    'is told as flapping once, then nothing until it is calm',
    FLAPPING,
    [...flaps(['00', '02', '04', '06', '08', '10', '12'])],
    {
      notices: [
        '09:00:05 raised desk critical: settlement:receive illegal-state',
        '09:00:35 recovered desk critical: settlement:receive illegal-state',
        '09:02:05 raised desk critical: settlement:receive illegal-state',
        '09:02:35 recovered desk critical: settlement:receive illegal-state',
        '09:04:05 raised desk critical: settlement:receive illegal-state',
        '09:04:35 recovered desk critical: settlement:receive illegal-state',
        '09:06 flapping desk critical: settlement:receive illegal-state',
        '09:32:30 recovered desk critical: settlement:receive illegal-state',
      ],
    },
  );

  tells(
    'and stands once it is calm is told as standing',
    FLAPPING,
    [...flaps(['00', '02', '04', '06']), raise('09:08', 'settlement:receive illegal-state')],
    {
      notices: [
        '09:00:05 raised desk critical: settlement:receive illegal-state',
        '09:00:35 recovered desk critical: settlement:receive illegal-state',
        '09:02:05 raised desk critical: settlement:receive illegal-state',
        '09:02:35 recovered desk critical: settlement:receive illegal-state',
        '09:04:05 raised desk critical: settlement:receive illegal-state',
        '09:04:35 recovered desk critical: settlement:receive illegal-state',
        '09:06 flapping desk critical: settlement:receive illegal-state',
        '09:28 changed desk critical: settlement:receive illegal-state',
      ],
    },
  );
});

describe('a storm', () => {
  const STORM = `${FLOWS}storm: { over: 3, within: 1m, calm: 5m }\nroutes: { levels: [{ over: desk }, { after: 30m, over: traps }] }\n`;
  const keys = ['a', 'b', 'c', 'd', 'e'];

  tells(
    'is one summary with the list, and one word when all of it is over',
    STORM,
    [
      ...keys.map((key, index) => raise(`09:00:0${index}`, `archive@${key} exception`)),
      raise('09:02', 'archive@f exception warning'),
      ...[...keys, 'f'].map((key) => clear('09:20', `archive@${key} exception`)),
    ],
    {
      until: '10:00',
      notices: [
        '09:00:30 raised desk critical: archive@a exception',
        '09:00:31 raised desk critical: archive@b exception',
        '09:00:32 raised desk critical: archive@c exception',
        '09:00:48 storm desk critical: archive@d exception; archive@e exception',
        '09:05:48 storm desk warning: archive@f exception',
        '09:20:30 recovered desk critical: archive@a exception',
        '09:20:30 recovered desk critical: archive@b exception',
        '09:20:30 recovered desk critical: archive@c exception',
        '09:20:30 recovered desk critical: ',
      ],
    },
  );

  tells(
    'gathers and sums up as often as its policy says',
    STORM.replace(/storm: \{/, 'storm: { gather: 1m, every: 20m,'),
    [...keys.map((key) => raise('09:00', `archive@${key} exception`)), raise('09:04', 'archive@f exception')],
    {
      until: '09:25',
      notices: [
        '09:01:30 storm desk critical: archive@a exception; archive@b exception; archive@c exception; archive@d exception; archive@e exception',
        '09:21:30 storm desk critical: archive@f exception',
      ],
    },
  );

  tells(
    'of alarms in one moment tells none of them by itself',
    STORM,
    [...keys.map((key) => raise('09:00', `archive@${key} exception`))],
    {
      until: '09:20',
      notices: [
        '09:00:45 storm desk critical: archive@a exception; archive@b exception; archive@c exception; archive@d exception; archive@e exception',
      ],
      outcomes: { 'archive@a exception': 'storm open' },
    },
  );

  tells(
    'leaves what stands to the levels when it is over',
    STORM,
    [
      ...keys.map((key) => raise('09:00', `archive@${key} exception`)),
      ...keys.slice(1).map((key) => clear('09:10', `archive@${key} exception`)),
      clear('09:50', 'archive@a exception'),
    ],
    {
      until: '10:00',
      notices: [
        '09:00:45 storm desk critical: archive@a exception; archive@b exception; archive@c exception; archive@d exception; archive@e exception',
        '09:35:30 escalated traps critical: archive@a exception',
        '09:35:30 recovered desk critical: ',
        '09:50:30 recovered desk critical: archive@a exception',
        '09:50:30 recovered traps critical: archive@a exception',
      ],
    },
  );
});

describe('a trouble that was told before it got worse in a storm', () => {
  const TWO = `${FLOWS}storm: { over: 3, within: 1m, calm: 5m }
routes: [{ match: { severity: critical }, levels: { over: desk } }, { levels: { over: traps } }]
`;
  const others = ['b', 'c', 'd', 'e'];
  tells(
    'ends by itself for those who were told by itself',
    TWO,
    [
      raise('09:00', 'archive@a exception warning'),
      ...['a', ...others].map((key) => raise('09:10', `archive@${key} illegal-state`)),
      clear('09:20', 'archive@a exception'),
      ...['a', ...others].map((key) => clear('09:20', `archive@${key} illegal-state`)),
    ],
    {
      until: '10:00',
      notices: [
        '09:00:30 raised traps warning: archive@a exception',
        '09:10:45 storm desk critical: archive@a illegal-state; archive@b illegal-state; archive@c illegal-state; archive@d illegal-state; archive@e illegal-state; archive@a exception',
        '09:20:30 recovered traps critical: archive@a exception; archive@a illegal-state',
        '09:20:30 recovered desk critical: ',
      ],
    },
  );
});

describe('a feed', () => {
  const FED = `${FLOWS}routes: { levels: { over: desk } }\nfeeds: { over: traps, match: { severity: [warning, critical] } }\n`;
  tells(
    'is given every alarm by itself, at once, and its end',
    FED,
    [
      raise('09:00', 'settlement:receive exception'),
      raise('09:00:01', 'settlement:check exception warning'),
      raise('09:00:02', 'settlement:check dead-end info'),
      clear('09:00:10', 'settlement:check exception'),
    ],
    {
      until: '09:20',
      notices: [
        '09:00 raised traps critical: settlement:receive exception',
        '09:00:01 raised traps warning: settlement:check exception',
        '09:00:10 recovered traps warning: settlement:check exception',
        '09:00:30 raised desk critical: settlement:receive exception; settlement:check dead-end',
      ],
    },
  );

  tells(
    'is not given consequences and what is muted',
    FED,
    [
      act('08:00', { act: 'silence', match: { flow: 'archive' }, until: '10:00', reason: 'test' }),
      raise('09:00', 'settlement:receive exception'),
      raise('09:10', 'margin start-timeout warning'),
      raise('09:10', 'archive exception'),
      clear('09:20', 'archive exception'),
    ],
    {
      until: '09:30',
      notices: [
        '09:00 raised traps critical: settlement:receive exception',
        '09:00:30 raised desk critical: settlement:receive exception',
      ],
    },
  );
});

describe('notices about no alarm', () => {
  tells(
    'a rule asks for go to the channel that it names',
    PLAIN,
    [
      fact('09:00', {
        kind: 'wish',
        id: 'w1',
        channel: 'desk',
        text: 'closed',
        flow: 'settlement',
        key: 'k',
      }),
    ],
    { notices: ['09:00 notify desk info: '] },
  );
});
