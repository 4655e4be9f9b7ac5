/** What `explain` says of steps, word for word: their stories, and the alarms that were not raised. */
import { describe, it } from 'vitest';
import { at } from '../../scenarios/timeline.ts';
import {
  CONNECTORS,
  FAILING,
  holdTo,
  JOIN,
  OFFER,
  RULES,
  TELLING,
  type Told,
  TURNS,
} from './explaining-flows.ts';

const CASES: readonly Told[] = [
  {
    says: 'rules, timers and values of a step',
    yaml: RULES,
    entries: [
      at('15:00', 'a activated'),
      at('15:01', 'a params', { N: 5 }),
      at('15:02', 'a state two'),
      at('15:03', 'a params', { N: 2 }),
      at('15:04', 'a state three'),
      at('15:10', 'a state one'),
      at('15:16', 'a params', { N: 1 }),
      at('15:20', 'a committed'),
      at('15:21', 'a params', { N: 1 }),
    ],
    until: '15:30',
    stories: {
      a: [
        '15:00 event id=e1 step=a event=activated | activated visit=1 | armed timer=slow due=15:10 | running',
        '15:01 event id=e2 step=a event=params params=N:5 | stopped timer=slow due=15:10 early=9m | rule event=params place=13:11 asked=[13:19 N > M -> true; N:5 M:4] held=true does=alarm big,set M,clear other | set asked=[13:61 N -> 5; N:5] | rule event=params place=14:11 held=true does=start-timer spare | armed timer=spare due=15:03 | alarm change=raised name=big severity=warning text=big: N > M count=1',
        '15:02 event id=e3 step=a event=state state=two | state from=one to=two verdict=legal allowed=two | armed timer=again due=15:07 | rule event=state place=15:7 held=true does=cancel-timer spare,start-timer slow | stopped timer=spare due=15:03 early=1m | armed timer=slow due=15:12',
        '15:03 event id=e4 step=a event=params params=N:2 | stopped timer=slow due=15:12 early=9m | rule event=params place=13:11 asked=[13:19 N > M -> false; N:2 M:5] | rule event=params place=14:11 held=true does=start-timer spare | armed timer=spare due=15:05 | alarm change=cleared name=big severity=warning text=big: N > M count=1 clearedBy=rule-false',
        '15:04 event id=e5 step=a event=state state=three | state from=two to=three verdict=legal allowed=three | armed timer=again due=15:09 | rule event=state place=15:7 held=true does=cancel-timer spare,start-timer slow | stopped timer=spare due=15:05 early=1m | armed timer=slow due=15:14',
        '15:09 due step=a name=again | ran-out timer=again due=15:09 | rule event=timer.again place=17:7 held=true does=cancel-timer slow,alarm stuck | stopped timer=slow due=15:14 early=5m | alarm change=raised name=stuck severity=warning text=stuck count=1',
        '15:10 event id=e6 step=a event=state state=one | state from=three to=one verdict=illegal | armed timer=again due=15:15 | rule event=state place=15:7 held=true does=cancel-timer spare,start-timer slow | armed timer=slow due=15:20 | alarm change=raised name=illegal-state severity=critical text=a: illegal state: three to one count=1',
        '15:15 due step=a name=again | ran-out timer=again due=15:15 | rule event=timer.again place=17:7 held=true does=cancel-timer slow,alarm stuck | stopped timer=slow due=15:20 early=5m | alarm change=repeated name=stuck severity=warning text=stuck count=2',
        '15:16 event id=e7 step=a event=params params=N:1 | rule event=params place=13:11 asked=[13:19 N > M -> false; N:1 M:5] | rule event=params place=14:11 held=true does=start-timer spare | armed timer=spare due=15:18',
        '15:18 due step=a name=spare | ran-out timer=spare due=15:18 | silenced event=timer.spare',
        '15:20 event id=e8 step=a event=committed | ended as=committed | alarm change=cleared name=stuck severity=warning text=stuck count=2 clearedBy=committed',
        '15:21 event id=e9 step=a event=params params=N:1 | late was=committed',
      ],
    },
    silences: {
      a: [
        'slow (8:7): stopped due=15:20 at=15:15 early=5m cause=(due step=a name=again)',
        'spare (10:7): silenced event=timer.spare times=1',
        'out-of-order (4:3): all-in-order reports=9',
        'exception (4:3): not-happened event=exception',
        'expression-error (4:3): none-failed evaluated=4',
      ],
    },
  },
  {
    says: 'what rules ask of the outside, on a step that runs again',
    yaml: TELLING,
    entries: [at('15:00', 'a committed'), at('15:05', 'a committed')],
    stories: {
      a: [
        '15:00 event id=e1 step=a event=committed | activated visit=1 | running | ended as=committed | rule event=committed place=11:11 asked=[11:17 visits > 1 -> false; visits:1] | rule event=committed place=13:11 held=true does=publish out.{flow.key},notify desk,run restart',
        '15:05 event id=e2 step=a event=committed | began visit=2 was=committed | ended as=committed | rule event=committed place=11:11 asked=[11:17 visits > 1 -> true; visits:2] held=true does=alarm again | rule event=committed place=13:11 held=true does=publish out.{flow.key},notify desk,run restart | alarm change=raised name=out-of-order severity=warning text=a: out of order: reported while committed count=1 | alarm change=raised name=again severity=warning text=again: visits > 1 count=1',
      ],
    },
    silences: {
      a: ['exception (8:3): not-happened event=exception', 'expression-error (8:3): none-failed evaluated=2'],
    },
  },
  {
    says: 'a join whose step reported before',
    yaml: JOIN,
    entries: [
      at('15:00', 'a committed'),
      at('15:01', 'j activated'),
      at('15:02', 'b committed'),
      at('15:03', 'j committed'),
    ],
    stories: {
      j: [
        '15:00 event id=e1 step=a event=committed | joining missing=1',
        '15:01 event id=e2 step=j event=activated | began visit=1 was=idle | alarm change=raised name=out-of-order severity=warning text=j: out of order: reported while idle count=1',
        '15:02 event id=e3 step=b event=committed | joining missing=1 | absorbed',
        '15:03 event id=e4 step=j event=committed | ended as=committed | taken to=g count=1',
      ],
      g: ['15:03 event id=e4 step=j event=committed | activated visit=1 ledBy=j | ended as=committed'],
    },
    silences: {
      j: ['exception (3:24): not-happened event=exception', 'dead-end (3:24): went-on at=15:03 to=g'],
      g: [],
    },
  },
  {
    says: 'a choice: what was offered and not taken',
    yaml: OFFER,
    entries: [at('15:00', 's committed'), at('15:01', 'b activated')],
    until: '16:30',
    stories: {
      s: [
        '15:00 event id=e1 step=s event=committed | activated visit=1 | running | ended as=committed',
        '15:01 event id=e2 step=b event=activated | taken to=b count=1',
      ],
      a: [
        '15:00 event id=e1 step=s event=committed | activated visit=1 ledBy=s offered=true | armed timer=slow due=15:10',
        '15:01 event id=e2 step=b event=activated | ended as=withdrawn | stopped timer=slow due=15:10 early=9m',
      ],
      b: [
        '15:00 event id=e1 step=s event=committed | activated visit=1 ledBy=s offered=true',
        '15:01 event id=e2 step=b event=activated | running',
      ],
    },
    silences: {
      s: [
        'out-of-order (3:10): all-in-order reports=1',
        'exception (3:10): not-happened event=exception',
        'dead-end (3:10): went-on at=15:00 to=b',
      ],
      a: [
        'slow (3:46): stopped due=15:10 at=15:01 early=9m cause=(event id=e2 step=b event=activated)',
        'out-of-order (3:31): all-in-order reports=0',
        'exception (3:31): not-happened event=exception',
      ],
      b: ['out-of-order (3:87): all-in-order reports=1', 'exception (3:87): not-happened event=exception'],
    },
  },
  {
    says: 'a choice that is still open',
    yaml: OFFER,
    entries: [at('15:00', 's committed')],
    until: '15:05',
    stories: {
      s: ['15:00 event id=e1 step=s event=committed | activated visit=1 | running | ended as=committed'],
    },
    silences: {
      s: [
        'out-of-order (3:10): all-in-order reports=1',
        'exception (3:10): not-happened event=exception',
        'dead-end (3:10): went-on at=15:00 to=a,b',
      ],
    },
  },
  {
    says: 'connectors with limits and rules',
    yaml: CONNECTORS,
    entries: [
      at('15:00', 'a committed', { N: 1 }),
      at('15:01', 'c committed'),
      at('15:02', 'a committed'),
      at('15:03', 'c committed'),
    ],
    stories: {
      a: [
        '15:00 event id=e1 step=a event=committed params=N:1 | activated visit=1 | running | ended as=committed | connector to=b asked=[5:29 N > 1 -> false; N:1] | rule event=evaluated place=5:42 asked=[5:61 N > 5 -> false; N:1] | rule event=refused place=5:90 held=true does=alarm no | taken to=c count=1 limit=1 | rule event=taken place=6:39 asked=[6:54 N > 7 -> false; N:1] | alarm change=raised name=no severity=warning text=no count=1',
        '15:01 event id=e2 step=c event=committed | activated visit=2 ledBy=c',
        "15:02 event id=e3 step=a event=committed | running | ended as=committed | connector to=b asked=[5:29 N > 1 -> 'N' has no value yet, in N > 1; N:null] | rule event=evaluated place=5:42 asked=[5:61 N > 5 -> 'N' has no value yet, in N > 5; N:null] | rule event=refused place=5:90 held=true does=alarm no | taken to=c count=2 limit=1 | rule event=taken place=6:39 asked=[6:54 N > 7 -> 'N' has no value yet, in N > 7; N:null] | alarm change=raised name=expression-error severity=warning text=a: expression failed: 'N' has no value yet, in N > 1 count=1 | alarm change=repeated name=expression-error severity=warning text=a: expression failed: 'N' has no value yet, in N > 5 count=2 | alarm change=repeated name=no severity=warning text=no count=2 | alarm change=raised name=loop-limit severity=warning text=a: loop limit passed: a to c taken 2 times, limit 1 count=1 | alarm change=repeated name=expression-error severity=warning text=a: expression failed: 'N' has no value yet, in N > 7 count=3",
        '15:03 event id=e4 step=c event=committed | activated visit=3 ledBy=c',
      ],
    },
    silences: {
      a: [
        'out-of-order (3:10): all-in-order reports=2',
        'exception (3:10): not-happened event=exception',
        'dead-end (3:10): went-on at=15:02 to=c',
        "far (5:42): failed at=15:02 asked=[5:61 N > 5 -> 'N' has no value yet, in N > 5; N:null] times=2",
        "other (6:39): failed at=15:02 asked=[6:54 N > 7 -> 'N' has no value yet, in N > 7; N:null] times=2",
      ],
    },
  },
  {
    says: 'expressions that fail, and a dead end behind a gate',
    yaml: FAILING,
    entries: [at('15:00', 'a params', { N: 2 }), at('15:01', 'a exception'), at('15:02', 'a exception')],
    stories: {
      a: [
        '15:00 event id=e1 step=a event=params params=N:2 | activated visit=1 | running | rule event=params place=9:7 asked=[9:23 N > 9 -> false; N:2]',
        '15:01 event id=e2 step=a event=exception | ended as=failed | rule event=exception place=7:7 asked=[7:26 N > 1 -> true; N:2] held=true does=alarm bad | alarm change=raised name=bad severity=warning text=bad: N > 1 count=1',
        "15:02 event id=e3 step=a event=exception | began visit=2 was=failed | ended as=failed | silenced event=expression-error | rule event=exception place=7:7 asked=[7:26 N > 1 -> 'N' has no value yet, in N > 1; N:null]",
      ],
    },
    silences: {
      a: [
        'out-of-order (4:3): all-in-order reports=3',
        'dead-end (4:3): not-happened event=committed',
        'expression-error (4:3): silenced event=expression-error times=1',
        'great (9:7): false at=15:00 asked=[9:23 N > 9 -> false; N:2] times=1',
      ],
    },
  },
  {
    says: 'a gate without a way on',
    yaml: FAILING,
    entries: [at('15:00', 'a params', { N: 2 }), at('15:01', 'a committed')],
    stories: {
      a: [
        '15:00 event id=e1 step=a event=params params=N:2 | activated visit=1 | running | rule event=params place=9:7 asked=[9:23 N > 9 -> false; N:2]',
        '15:01 event id=e2 step=a event=committed | ended as=committed | taken to=g count=1',
      ],
      g: [
        '15:01 event id=e2 step=a event=committed | activated visit=1 ledBy=a | ended as=committed | connector to=b asked=[12:58 1 > 2 -> false; ] | alarm change=raised name=dead-end severity=critical text=g: committed, but no connector is true count=1',
      ],
      b: [],
    },
    silences: {
      a: [
        'out-of-order (4:3): all-in-order reports=2',
        'dead-end (4:3): went-on at=15:01 to=g',
        'expression-error (4:3): silenced event=expression-error times=0',
        'bad (7:7): not-happened event=exception',
        'great (9:7): false at=15:00 asked=[9:23 N > 9 -> false; N:2] times=1',
      ],
      g: ['expression-error (11:3): none-failed evaluated=1'],
      b: [
        'out-of-order (10:3): all-in-order reports=0',
        'exception (10:3): not-happened event=exception',
        'loop-limit (10:3): below-limit connectors=to:a count:0 limit:3',
      ],
    },
  },
  {
    says: 'a step whose last commit went another way than the one before',
    yaml: TURNS,
    entries: [
      at('15:00', 'a committed', { N: 1 }),
      at('15:01', 'b committed'),
      at('15:02', 'a committed', { N: 2 }),
    ],
    stories: {
      a: [
        '15:00 event id=e1 step=a event=committed params=N:1 | activated visit=1 | running | ended as=committed | connector to=b asked=[4:38 N == 1 -> true; N:1] | connector to=c asked=[4:72 N != 1 -> false; N:1] | taken to=b count=1',
        '15:01 event id=e2 step=b event=committed | activated visit=2 ledBy=b',
        '15:02 event id=e3 step=a event=committed params=N:2 | running | ended as=committed | connector to=b asked=[4:38 N == 1 -> false; N:2] | connector to=c asked=[4:72 N != 1 -> true; N:2] | taken to=c count=1',
      ],
    },
    silences: {
      a: [
        'out-of-order (3:10): all-in-order reports=2',
        'dead-end (3:10): went-on at=15:02 to=c',
        'expression-error (3:10): none-failed evaluated=4',
        'odd (3:66): not-happened event=exception',
      ],
    },
  },
];

describe('what is explained of', () => {
  it.each(CASES)('$says', holdTo);
});
