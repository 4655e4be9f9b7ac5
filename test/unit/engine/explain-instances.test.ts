/** What `explain` says of whole instances, nested ones and waived ones, word for word. */
import { describe, it } from 'vitest';
import { at, from } from '../../scenarios/timeline.ts';
import { act, FLOW, holdTo, LACKING, NESTED, NIGHTS, type Told } from './explaining-flows.ts';

const CASES: readonly Told[] = [
  {
    says: 'the flow itself: its states, its deadline, its own exception',
    yaml: FLOW,
    entries: [
      at('15:00', 'state shut'),
      at('15:01', 'a committed'),
      at('15:02', 'exception'),
      at('15:02', 'activated'),
      at('15:02', 'b state x'),
      at('15:03', 'b state y'),
      at('15:03', 'b activated'),
      at('15:03', 'activated'),
      at('15:03', 'b committed'),
    ],
    until: '16:30',
    stories: {
      '': [
        '15:00 expected by=day',
        "15:00 event id=e1 event=state state=shut | status from=expected to=running | armed timer=deadline due=16:00 | state from=open to=shut verdict=legal allowed=shut | rule event=state place=7:7 asked=[7:22 state == 'gone' -> false; state:shut]",
        '15:02 event id=e3 event=exception | alarm change=raised name=exception severity=critical text=exception count=1',
        '15:02 event id=e4 event=activated | alarm change=cleared name=exception severity=critical text=exception count=1 clearedBy=runs-again',
        '15:03 event id=e8 event=activated',
        '15:03 event id=e9 step=b event=committed | status from=running to=committed | rule event=committed place=7:62 held=true does=alarm over | alarm change=raised name=over severity=warning text=over count=1',
        '16:00 due name=deadline | moot timer=deadline due=16:00',
      ],
      a: [
        '15:00 event id=e1 event=state state=shut | activated visit=1',
        '15:01 event id=e2 step=a event=committed | running | ended as=committed | taken to=b count=1',
      ],
      b: [
        '15:01 event id=e2 step=a event=committed | activated visit=1 ledBy=a',
        '15:02 event id=e5 step=b event=state state=x | running | state to=x verdict=legal',
        '15:03 event id=e6 step=b event=state state=y | state from=x to=y verdict=legal',
        '15:03 event id=e7 step=b event=activated',
        '15:03 event id=e9 step=b event=committed | ended as=committed',
      ],
    },
    silences: {
      '': [
        'deadline (4:11): in-time due=16:00 at=15:03 early=57m by=ended',
        'illegal-state (3:11): all-legal changes=1',
        "gone (7:7): false at=15:00 asked=[7:22 state == 'gone' -> false; state:shut] times=1",
      ],
      a: [
        'out-of-order (5:10): all-in-order reports=1',
        'exception (5:10): not-happened event=exception',
        'dead-end (5:10): went-on at=15:01 to=b',
      ],
      b: ['out-of-order (5:17): all-in-order reports=4', 'exception (5:17): not-happened event=exception'],
    },
  },
  {
    says: 'a flow that was waived, and ended all the same',
    yaml: FLOW,
    entries: [at('15:00', 'a committed')],
    acts: [
      act('waive', '15:30'),
      { id: 'e2', flow: 'f', key: 'k', step: 'b', event: 'committed', time: '2026-11-23T15:40:00Z' },
    ],
    until: '16:30',
    stories: {
      '': [
        '15:00 expected by=day',
        '15:00 event id=e1 step=a event=committed | status from=expected to=running | armed timer=deadline due=16:00',
        '15:30 waived by=Li reason=holiday',
        '15:40 event id=e2 step=b event=committed | status from=running to=committed | rule event=committed place=7:62 held=true does=alarm over',
      ],
    },
    silences: {
      '': [
        'deadline (4:11): in-time due=16:00 at=15:40 early=20m by=ended',
        'illegal-state (3:11): all-legal changes=0',
        'exception (2:1): not-happened event=exception',
        'gone (7:7): not-happened event=state',
        'over (7:62): waived by=Li reason=holiday at=15:30',
      ],
    },
  },
  {
    says: 'an alarm that was closed by hand',
    yaml: FLOW,
    entries: [at('15:00', 'a committed'), at('15:01', 'exception')],
    acts: [act('close', '15:30', { alarm: 'f/k//exception/1' })],
    until: '15:40',
    stories: {
      '': [
        '15:00 expected by=day',
        '15:00 event id=e1 step=a event=committed | status from=expected to=running | armed timer=deadline due=16:00',
        '15:01 event id=e2 event=exception | alarm change=raised name=exception severity=critical text=exception count=1',
        '15:30 closed by=Li alarm=f/k//exception/1 | alarm change=cleared name=exception severity=critical text=exception count=1 clearedBy=by-hand',
      ],
    },
    silences: {
      '': [
        'deadline (4:11): counting due=16:00 left=20m',
        'illegal-state (3:11): all-legal changes=0',
        'gone (7:7): not-happened event=state',
        'over (7:62): not-happened event=committed',
      ],
    },
  },
  {
    says: 'nested flows, one of which fails and runs again',
    yaml: NESTED,
    entries: [
      at('15:00', 'a committed'),
      from('g/k/n')('15:01', 'x exception'),
      from('g/k/n')('15:02', 'x committed'),
    ],
    acts: [act('waive', '15:03', { step: 'm' }), act('unwaive', '15:04', { step: 'm' })],
    until: '15:40',
    stories: {
      '': [
        '15:00 expected by=day',
        '15:00 event id=e1 step=a event=committed | status from=expected to=running',
        '15:03 waived step=m by=Li reason=holiday | status from=running to=committed',
      ],
      n: [
        '15:00 event id=e1 step=a event=committed | activated visit=1 ledBy=a',
        '15:01 nested step=n flow=g key=k/n change=starting status=running | running',
        '15:01 nested step=n flow=g key=k/n change=outcome status=failed | ended as=failed | rule event=exception place=3:53 asked=[3:72 visits > 5 -> false; visits:1]',
        '15:02 nested step=n flow=g key=k/n change=outcome status=committed | began visit=2 was=failed | ended as=committed',
      ],
      m: [
        '15:00 event id=e1 step=a event=committed | armed timer=cut due=15:30 | activated visit=1 ledBy=a',
        '15:03 waived step=m by=Li reason=holiday | ended as=committed',
        '15:04 unwaived step=m by=Li reason=holiday',
        '15:30 due step=m name=cut | moot timer=cut due=15:30',
      ],
    },
    silences: {
      '': ['exception (2:1): not-happened event=exception'],
      n: [
        'out-of-order (3:17): all-in-order reports=1',
        'expression-error (3:17): none-failed evaluated=1',
        'often (3:53): false at=15:01 asked=[3:72 visits > 5 -> false; visits:1] times=1',
      ],
      m: [
        'cut (3:152): in-time due=15:30 at=15:03 early=27m by=committed',
        'out-of-order (3:112): all-in-order reports=0',
        'exception (3:112): not-happened event=exception',
      ],
    },
  },
  {
    says: 'a nested flow that has failed',
    yaml: NESTED,
    entries: [at('15:00', 'a committed'), from('g/k/n')('15:01', 'x exception')],
    until: '15:20',
    stories: {
      n: [
        '15:00 event id=e1 step=a event=committed | activated visit=1 ledBy=a',
        '15:01 nested step=n flow=g key=k/n change=starting status=running | running',
        '15:01 nested step=n flow=g key=k/n change=outcome status=failed | ended as=failed | rule event=exception place=3:53 asked=[3:72 visits > 5 -> false; visits:1]',
      ],
      m: ['15:00 event id=e1 step=a event=committed | armed timer=cut due=15:30 | activated visit=1 ledBy=a'],
    },
    silences: {
      n: [
        'out-of-order (3:17): all-in-order reports=1',
        'expression-error (3:17): none-failed evaluated=1',
        'often (3:53): false at=15:01 asked=[3:72 visits > 5 -> false; visits:1] times=1',
      ],
      m: [
        'cut (3:152): counting due=15:30 left=10m',
        'out-of-order (3:112): all-in-order reports=0',
        'exception (3:112): not-happened event=exception',
      ],
    },
  },
  {
    says: 'a flow that follows another and has not begun',
    yaml: NESTED,
    entries: [
      at('15:00', 'a committed'),
      from('g/k/n')('15:01', 'x committed'),
      from('g/k/m')('15:02', 'x committed'),
    ],
    of: 'h/k',
    until: '15:20',
    stories: {
      '': [
        '15:02 expected by=followed startDue=15:12 | armed timer=start-timeout due=15:12',
        '15:12 due name=start-timeout | ran-out timer=start-timeout due=15:12 | alarm change=raised name=start-timeout severity=warning text=not started by 2026-11-23 15:12:00 count=1',
      ],
    },
    silences: {
      '': ['deadline (11:11): not-armed after=start', 'exception (9:1): not-happened event=exception'],
    },
  },
  {
    says: 'a flow that began though the one that it follows had not ended',
    yaml: NESTED,
    entries: [from('h/k')('15:00', 'x activated')],
    of: 'h/k',
    until: '15:01',
    stories: {
      '': [
        '15:00 expected by=day',
        '15:00 event id=e1 step=x event=activated | status from=expected to=running | armed timer=deadline due=15:05',
      ],
    },
    silences: {
      '': [
        'start-timeout (10:8): began-first flow=f at=15:00',
        'deadline (11:11): counting due=15:05 left=4m',
        'exception (9:1): not-happened event=exception',
      ],
    },
  },
  {
    says: 'times of a day that the day does not have',
    yaml: NIGHTS,
    entries: [],
    of: 'f/2026-11-23',
    from: '00:00',
    until: '15:30',
    stories: { '': ['00:00 expected by=day | armed timer=start-timeout due=16:00'], a: [] },
    silences: {
      '': [
        'start-timeout (10:8): counting due=16:00 left=30m',
        'deadline (11:11): no-such-time',
        'exception (7:1): not-happened event=exception',
      ],
      a: [
        'open (12:25): not-armed after=start',
        'close (12:51): not-armed after=start',
        'rare (12:82): not-armed after=rule',
        'out-of-order (12:10): all-in-order reports=0',
        'exception (12:10): not-happened event=exception',
      ],
    },
  },
  {
    says: 'times of a day, once it has started',
    yaml: NIGHTS,
    entries: [from('f/2026-11-23')('15:00', 'a activated')],
    of: 'f/2026-11-23',
    from: '00:00',
    until: '15:30',
    stories: {
      '': [
        '00:00 expected by=day | armed timer=start-timeout due=16:00',
        '15:00 event id=e1 step=a event=activated | status from=expected to=running | stopped timer=start-timeout due=16:00 early=60m',
      ],
      a: [
        '15:00 event id=e1 step=a event=activated | armed timer=close due=16:00 | activated visit=1 | running',
      ],
    },
    silences: {
      '': [
        'start-timeout (10:8): in-time due=16:00 at=15:00 early=60m by=started',
        'deadline (11:11): no-such-time',
        'exception (7:1): not-happened event=exception',
      ],
      a: [
        'open (12:25): no-such-time',
        'close (12:51): counting due=16:00 left=30m',
        'rare (12:82): not-armed after=rule',
        'out-of-order (12:10): all-in-order reports=1',
        'exception (12:10): not-happened event=exception',
      ],
    },
  },
  {
    says: 'a start that another flow sets, and an end that the day does not have',
    yaml: LACKING,
    entries: [from('f/k')('15:00', 'a activated')],
    stories: {
      '': [
        '15:00 expected by=day',
        '15:00 event id=e1 step=a event=activated | status from=expected to=running',
      ],
    },
    silences: {
      '': [
        'start-timeout (12:8): began-first flow=lead at=15:00',
        'deadline (13:11): no-such-time',
        'exception (10:1): not-happened event=exception',
      ],
    },
  },
  {
    says: 'a failure of a step that was waived, beside another',
    yaml: FLOW,
    entries: [at('15:00', 'a activated')],
    acts: [
      act('waive', '15:10', { step: 'b' }),
      act('waive', '15:11', { step: 'a' }),
      { id: 'e2', flow: 'f', key: 'k', step: 'a', event: 'exception', time: '2026-11-23T15:12:00Z' },
    ],
    stories: {
      a: [
        '15:00 event id=e1 step=a event=activated | activated visit=1 | running',
        '15:11 waived step=a by=Li reason=holiday',
        '15:12 event id=e2 step=a event=exception | ended as=failed',
      ],
    },
    silences: {
      a: [
        'out-of-order (5:10): all-in-order reports=2',
        'exception (5:10): waived by=Li reason=holiday at=15:11',
        'dead-end (5:10): not-happened event=committed',
      ],
    },
  },
  {
    says: 'a failure of a step whose instance was waived',
    yaml: FLOW,
    entries: [at('15:00', 'a committed')],
    acts: [
      act('waive', '15:10'),
      { id: 'e2', flow: 'f', key: 'k', step: 'b', event: 'exception', time: '2026-11-23T15:12:00Z' },
    ],
    stories: {
      b: [
        '15:00 event id=e1 step=a event=committed | activated visit=1 ledBy=a',
        '15:12 event id=e2 step=b event=exception | running | ended as=failed',
      ],
    },
    silences: {
      b: [
        'out-of-order (5:17): all-in-order reports=1',
        'exception (5:17): waived by=Li reason=holiday at=15:10',
      ],
    },
  },
  {
    says: 'a failure beside a step that was waived',
    yaml: FLOW,
    entries: [at('15:00', 'a committed')],
    acts: [act('waive', '15:10', { step: 'a' })],
    stories: { b: ['15:00 event id=e1 step=a event=committed | activated visit=1 ledBy=a'] },
    silences: {
      b: ['out-of-order (5:17): all-in-order reports=0', 'exception (5:17): not-happened event=exception'],
    },
  },
];

describe('what is explained of', () => {
  it.each(CASES)('$says', holdTo);
});
