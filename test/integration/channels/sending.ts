import type { ChannelWorld } from '../../../adapters/channels/index.ts';
import { CHANNEL_KINDS } from '../../../adapters/channels/index.ts';
import type { Channel, NoticeAlarm, Sending } from '../../../engine/index.ts';

export const ALARM: NoticeAlarm = {
  id: 'settlement/clearing-2026-11-20/import/stalled/1',
  flow: 'settlement',
  key: 'clearing-2026-11-20',
  step: 'import',
  name: 'stalled',
  source: 'timer',
  severity: 'critical',
  group: 'clearing',
  tradingDay: '2026-11-20',
  labels: {},
  text: '导入 has not moved for 45 min',
  count: 1,
  raisedAt: Date.parse('2026-11-20T08:30:00.000Z'),
  lastAt: Date.parse('2026-11-20T08:30:00.000Z'),
  clearedAt: null,
  clearedBy: null,
  acknowledgedBy: null,
};

export const SENDING: Sending = {
  id: 'notice-1',
  channel: 'desk',
  kind: 'raised',
  thread: 'settlement/clearing-2026-11-20/import/stalled',
  recovered: false,
  severity: 'critical',
  level: 1,
  at: ALARM.raisedAt,
  words: {
    en: { subject: 'settlement: stalled', text: '导入 has not moved for 45 min' },
    zh: { subject: '日终结算:停滞', text: '导入 45 分钟无进展' },
  },
  path: '/flows/settlement/clearing-2026-11-20',
  to: [{ name: 'li-wei', title: '李伟', address: 'liwei@ops.example' }],
  alarms: [ALARM],
  folded: [],
  attempt: 1,
  uncertain: false,
  subject: '日终结算 settlement: stalled',
  text: '导入 has not moved for 45 min',
  link: 'https://milepost.example/flows/settlement/clearing-2026-11-20',
};

/** The sending that ends the trouble of SENDING. */
export const RECOVERED: Sending = {
  ...SENDING,
  id: 'notice-2',
  kind: 'recovered',
  recovered: true,
  alarms: [{ ...ALARM, clearedAt: ALARM.raisedAt + 600_000, clearedBy: 'committed' }],
  subject: '日终结算 settlement: stalled is over',
};

/** Opens a channel of a kind; secrets are looked up in `secrets` by the name of their environment variable. */
export function openChannel(
  type: string,
  settings: Readonly<Record<string, unknown>>,
  world: Partial<ChannelWorld> & { readonly secrets?: Readonly<Record<string, string>> } = {},
): Channel {
  const checked = CHANNEL_KINDS.get(type)?.check(settings);
  if (checked?.ok !== true) throw new Error(`${type}: ${JSON.stringify(checked?.problems)}`);
  const { secrets = {}, ...given } = world;
  return checked.channel.open({
    secret: async (ref) => ('env' in ref ? (secrets[ref.env] ?? '') : ''),
    publish: null,
    hand: null,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    out: { write: () => true },
    now: Date.now,
    ...given,
  });
}

/** A limit for one sending that a test never reaches where all is well. */
export function limit(milliseconds = 10_000): AbortSignal {
  return AbortSignal.timeout(milliseconds);
}
