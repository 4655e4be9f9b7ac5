import type {
  AlarmRecord,
  Batch,
  ChangeRecord,
  InstanceRecord,
  JournalRecord,
  NoticeRecord,
  Position,
  RejectedRecord,
  Store,
} from '../../engine/index.ts';

/** 2026-11-23T07:30:00.123Z */
export const NOON = Date.UTC(2026, 10, 23, 7, 30, 0, 123);

/** Texts that break storages which paste, fold, trim or escape. */
export const NASTY_TEXTS = [
  '__proto__',
  'constructor',
  "Robert'); drop table milepost.instances; --",
  "' or '1'='1",
  '" or ""="',
  '$1',
  '$' + '{1}',
  '{}',
  '{"a",b,\\}',
  'NULL',
  'null',
  '\\',
  '\\x00',
  '%',
  '_',
  ' leading and trailing ',
  'tab\tnewline\nreturn\r',
  '日终结算/上海',
  '🏁🧮',
  '\u{1F3C1}\uFF5E',
  'Ünïcödé',
  'U\u0308nicode',
  '\u202Eright to left',
  'a,b;c',
  '-- comment',
  '/* comment */',
  '\u0001\u001f\u007f',
  '中'.repeat(256),
  '🏁'.repeat(128),
  Array.from({ length: 256 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20000))).join(''),
];

/** The position of a partition that this owner takes, who has it or finds it new. */
export async function opened(
  store: Pick<Store, 'open'>,
  partition: string,
  owner = 'w-1',
): Promise<Position> {
  const position = await store.open(partition, owner);
  if (position === null) throw new Error(`${owner} holds ${partition} in this test`);
  return position;
}

/** A batch without anything in it that goes on from the first position, unless `previous` says otherwise. */
export function batchOf(position: Position, parts: Partial<Batch> = {}): Batch {
  return {
    previous: { ...position, sequence: 0, journal: 0 },
    position,
    journal: [],
    instances: [],
    removed: [],
    alarms: [],
    rejected: [],
    changes: [],
    notices: [],
    watched: [],
    held: [],
    ...parts,
  };
}

export function journalRecord(parts: Partial<JournalRecord> = {}): JournalRecord {
  return {
    place: 1,
    clock: NOON + 40,
    backlog: false,
    flow: 'settlement',
    key: 'clearing-2026-11-23',
    id: 'e-1',
    digest: 'd-1',
    step: 'receive',
    kind: 'committed',
    time: NOON,
    receivedAt: NOON + 45,
    event: '{"id":"e-1","params":{"PIN":1}}',
    ...parts,
  };
}

export function instanceRecord(parts: Partial<InstanceRecord> = {}): InstanceRecord {
  return {
    flow: 'settlement',
    key: 'clearing-2026-11-23',
    revision: 'r-1',
    status: 'running',
    health: 'running',
    deviated: false,
    group: 'clearing',
    tradingDay: '2026-11-23',
    startedAt: NOON,
    endedAt: null,
    updatedAt: NOON + 1,
    openAlarms: 0,
    hasTimers: false,
    applied: 3,
    snapshot: '{"b":1,"a":[null,"x"]}',
    ...parts,
  };
}

export function alarmRecord(parts: Partial<AlarmRecord> = {}): AlarmRecord {
  return {
    id: 'settlement/clearing-2026-11-23/receive/stalled/1',
    flow: 'settlement',
    key: 'clearing-2026-11-23',
    step: 'receive',
    name: 'stalled',
    source: 'timer',
    severity: 'warning',
    group: 'clearing',
    tradingDay: '2026-11-23',
    text: 'nothing for 10 minutes',
    count: 1,
    raisedAt: NOON,
    lastAt: NOON,
    clearedAt: null,
    clearedBy: null,
    late: false,
    why: '{"rule":null}',
    ...parts,
  };
}

export function rejectedRecord(parts: Partial<RejectedRecord> = {}): RejectedRecord {
  return {
    id: 'stream-1/1/0',
    subject: 'milepost.checkpoint.settlement',
    payload: new Uint8Array([0, 1, 255, 10, 92, 39]),
    headers: { 'content-type': 'application/json' },
    reason: 'id: missing',
    receivedAt: NOON,
    ...parts,
  };
}

export function changeRecord(parts: Partial<ChangeRecord> = {}): ChangeRecord {
  return { kind: 'instance', subject: 'milepost.status.settlement.a', body: '{"n":1}', ...parts };
}

export function noticeRecord(parts: Partial<NoticeRecord> = {}): NoticeRecord {
  return { id: 'n-1', alarm: 'a-1', kind: 'raised', channel: 'sms', text: 'late', ...parts };
}
