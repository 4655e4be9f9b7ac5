/** A decision as the records that are stored, and the state that is read back from them. */
import { encodeToken } from '../../checkpoints/index.ts';
import type { ChangeRecord } from '../ports.ts';
import type { ActOutcome } from './desk.ts';
import type { Handling } from './handling.ts';
import type { Item, NotifierState, Storm, Trouble } from './notifier-state.ts';
import type { NotifyDecision } from './notify-fact.ts';
import type { HandlingRecord, MemoryRecord, NoticeBatch, OpenedNotifier } from './ports.ts';
import type { Changes } from './shelf.ts';

/** The records of a decision that was made at `now`. */
export function recordDecision(
  decision: NotifyDecision,
  around: {
    readonly epoch: number;
    readonly previous: string;
    readonly tag: string;
    readonly change: number;
    readonly lease: number;
    readonly wishes: readonly string[];
    readonly failures: readonly string[];
    readonly now: number;
  },
): NoticeBatch {
  const { now, ...rest } = around;
  const { handlings, troubles, items, storms, silences } = decision;
  return {
    ...rest,
    handlings: [
      ...handlings.changed.map(([, handling]) => handlingRecord(handling, true)),
      ...handlings.gone.map(([, handling]) => handlingRecord(handling, false)),
    ],
    memory: [
      ...memoryRecords('trouble', troubles),
      ...memoryRecords('item', items),
      ...memoryRecords('storm', storms),
    ],
    silences: [
      ...silences.changed.map(([, silence]) => ({ silence, live: true })),
      ...silences.gone.map(([, silence]) => ({ silence, live: false })),
    ],
    history: decision.history,
    changes: [...handlings.changed, ...handlings.gone].map(([, handling]) => handlingChange(handling)),
    notices: decision.notices,
    acts: decision.acts.map((act: ActOutcome) => ({ ...act, at: now })),
  };
}

function handlingRecord(handling: Handling, live: boolean): HandlingRecord {
  const { alarm, severity, standing, outcome, useful, root, acknowledgedAt } = handling;
  const { id, flow, key, name, group, tradingDay, raisedAt, clearedAt } = alarm;
  return {
    ...{ alarm: id, flow, key, name, group, tradingDay, severity, standing, outcome, useful },
    ...{ root, raisedAt, acknowledgedAt, clearedAt, live, body: JSON.stringify(handling) },
  };
}

/** What the outside is told: consoles show it at once, whoever did it. */
function handlingChange(handling: Handling): ChangeRecord {
  const { alarm, standing, severity, outcome, because, level, assignedTo, acknowledgedBy } = handling;
  const { id, flow, key, group } = alarm;
  return {
    kind: 'handling',
    subject: `milepost.handling.${encodeToken(flow)}`,
    body: JSON.stringify({
      ...{ id, flow, key, group, standing, severity, outcome, because, level, assignedTo, acknowledgedBy },
    }),
  };
}

function memoryRecords<T>(kind: MemoryRecord['kind'], changes: Changes<T>): readonly MemoryRecord[] {
  return [
    ...changes.changed.map(([id, value]) => ({ kind, id, body: JSON.stringify(value) })),
    ...changes.gone.map(([id]) => ({ kind, id, body: null })),
  ];
}

/** The state of what was stored; written by `recordDecision` and nobody else. */
export function stateFrom(opened: OpenedNotifier): NotifierState {
  const read = <T>(kind: MemoryRecord['kind']): ReadonlyMap<string, T> =>
    new Map(
      opened.memory.flatMap((record): readonly [string, T][] =>
        record.kind === kind && record.body !== null ? [[record.id, JSON.parse(record.body)]] : [],
      ),
    );
  return {
    handlings: new Map(
      opened.handlings.map((body) => readHandling(body)).map((each) => [each.alarm.id, each]),
    ),
    troubles: read<Trouble>('trouble'),
    items: read<Item>('item'),
    storms: read<Storm>('storm'),
    silences: new Map(opened.silences.map((silence) => [silence.id, silence])),
  };
}

/** The handling of a stored body. */
export function readHandling(body: string): Handling {
  return JSON.parse(body); // written by handlingRecord and nobody else
}
