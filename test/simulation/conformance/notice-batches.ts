import type { ClaimedNotice, HandlingAct, Notice, NoticeBatch, StoredAct } from '../../../engine/index.ts';
import { changeRecord, NOON } from '../../contracts/store-records.ts';

/** A notice that is to be owed, by numbers. */
export interface Owed {
  readonly id: number;
  readonly thread: number;
  readonly kind: 'raised' | 'changed' | 'repeated' | 'recovered';
  readonly channel: number;
}

/** An operator's act; the same id with another alarm is another act. */
export function ack(id: number, alarm: number): HandlingAct {
  return { kind: 'ack', id: `x-${id}`, by: 'li', time: NOON, alarm: `a-${alarm}`, all: false, text: null };
}

/** The n-th decision of a notifier: it owes notices, and remembers a little. */
export function noticeBatch(
  n: number,
  more: {
    readonly epoch: number;
    readonly tag: string;
    readonly owes: readonly Owed[];
    readonly lease: number;
    readonly failures: readonly { readonly notice: ClaimedNotice['notice'] }[];
    readonly acts: readonly StoredAct[];
  },
): NoticeBatch {
  const { epoch, tag, owes, lease, failures, acts } = more;
  const alarm = `a-${n % 3}`;
  return {
    ...{ epoch, previous: tag, tag: `d-${n}`, change: n, lease, wishes: n % 2 === 0 ? ['n-1'] : [] },
    handlings: [
      {
        ...{ alarm, flow: 'settlement', key: 'k', name: 'late', group: null, tradingDay: '2026-11-23' },
        ...{
          severity: 'critical',
          standing: 'open',
          outcome: 'told',
          useful: null,
          root: null,
          raisedAt: NOON,
        },
        ...{ acknowledgedAt: null, clearedAt: n % 4 === 0 ? NOON + n : null, live: n % 4 !== 0 },
        body: JSON.stringify({ alarm: { id: alarm }, n }),
      },
    ],
    memory: [
      { kind: 'trouble', id: `t-${n % 2}`, body: n % 5 === 0 ? null : `{"n":${n}}` },
      { kind: 'item', id: `t-${n % 2}`, body: `{"n":${n}}` },
    ],
    silences: [],
    history: [{ alarm, at: NOON + n, kind: 'told', by: null, detail: `${n}` }],
    notices: owes.map((one) => noticeOf(n, one)),
    acts: acts.map(({ act }) => ({ id: act.id, done: true, reason: null, at: NOON + n })),
    failures: failures.map(({ notice }) => notice.id),
    changes: [
      changeRecord({ kind: 'handling', subject: 'milepost.handling.settlement', body: `{"d":${n}}` }),
    ],
  };
}

function noticeOf(n: number, { id, thread, kind, channel }: Owed): Notice {
  const words = { subject: `s-${n}`, text: 't' };
  return {
    ...{
      id: `o-${id}`,
      channel: `c-${channel}`,
      kind,
      thread: `th-${thread}`,
      recovered: kind === 'recovered',
    },
    ...{ severity: 'critical', level: 1, at: NOON + n, words: { en: words, zh: words }, path: null },
    ...{ to: [], alarms: [], folded: [] },
  };
}
