/**
 * Milepost as one of its own flows: what it has to say about itself takes the road of every alarm, is stored, shown and
 * told like them. One instance, `self`, that never ends.
 */
import type { EventKind } from '../checkpoints/index.ts';
import { CHANNEL_FLOW, OWN_FLOW, type Source } from '../engine/index.ts';

/** The key of the instance. */
export const OWN_KEY = 'self';

// New steps and parameters go to the end: instances that have begun are stored by place. What one of them hears of a step
// that was not there when it began is out of order, and no news.
const TEXT = `# Milepost about itself: this flow is built in. A flow of your own that is called milepost takes its place.
flow: milepost
title: { en: Milepost itself, zh: Milepost 自身 }
group: milepost
abandon: 3650d
steps:
  definitions:
    title: { en: Definitions, zh: 流程定义 }
    states:
      sound: [broken]
      broken: [sound]
    params:
      REASON: { type: string, default: "", title: { en: reason, zh: 原因 } }
      REVISION: { type: string, default: "", title: { en: revision in use, zh: 生效版本 } }
    on:
      state:
        when: state == 'broken'
        do:
          alarm: definitions-broken
          severity: critical
          text: "the definitions are broken, those of revision {REVISION} stay in use: {REASON}. Correct them, they are then read again. 流程定义有误，继续使用版本 {REVISION}：请按所述位置改正，随后会自动重新读取。"
  stream-remade:
    title: { en: Stream of events, zh: 事件流 }
    params:
      BEFORE: { type: string, default: "", title: { en: stream before, zh: 原事件流 } }
      NOW: { type: string, default: "", title: { en: stream now, zh: 现事件流 } }
      LAST: { type: number, default: 0, title: { en: last message applied, zh: 最后处理的消息 } }
    on:
      params:
        do:
          alarm: stream-remade
          severity: critical
          text: "the stream of events is another one than before: {NOW} instead of {BEFORE}, of which message {LAST} was the last one applied. What only the old one held is gone: let producers send again what came after, then close this alarm. 事件流已不是原来的那一个（现为 {NOW}，原为 {BEFORE}，最后处理的消息是 {LAST}）。只存在于原事件流中的事件已丢失：请让各生产者补发其后的事件，然后关闭本告警。"
      out-of-order: []
  stream-gap:
    title: { en: Messages of the stream, zh: 事件流消息 }
    params:
      STREAM: { type: string, default: "", title: { en: stream, zh: 事件流 } }
      FROM: { type: number, default: 0, title: { en: first message missing, zh: 缺失的第一条消息 } }
      TO: { type: number, default: 0, title: { en: last message missing, zh: 缺失的最后一条消息 } }
    on:
      params:
        do:
          alarm: stream-gap
          severity: critical
          text: "messages {FROM} to {TO} of {STREAM} were removed before they were applied, by a purge or by age. Let producers send again what they held, then close this alarm. 事件流 {STREAM} 的消息 {FROM} 至 {TO} 在处理之前已被删除（清空或过期）。请让各生产者补发，然后关闭本告警。"
      out-of-order: []
  clock:
    title: { en: Clocks of the workers, zh: 各进程的时钟 }
    states:
      right: [wrong]
      wrong: [right]
    params:
      REASON: { type: string, default: "", title: { en: reason, zh: 原因 } }
    on:
      state:
        when: state == 'wrong'
        do:
          alarm: clock-off
          severity: warning
          text: "{REASON}. Milepost goes by the clock of the database; set the machine's clock (NTP). 时钟偏差：{REASON}。Milepost 以数据库时钟为准，请校准该机器的时钟（NTP）。"
      out-of-order: []
  canary:
    title: { en: Canary, zh: 探测事件 }
    states:
      back: [lost]
      lost: [back]
    params:
      REASON: { type: string, default: "", title: { en: reason, zh: 原因 } }
    on:
      state:
        when: state == 'lost'
        do:
          alarm: canary-lost
          severity: critical
          text: "{REASON}. What happens there is not seen: look at /readyz, the logs, milepost doctor. 探测事件未返回：{REASON}。该处发生的事情无法看到，请查看 /readyz、日志和 milepost doctor。"
      out-of-order: []
  stream-filling:
    title: { en: Room in the stream, zh: 事件流空间 }
    states:
      room: [filling]
      filling: [room]
    params:
      REASON: { type: string, default: "", title: { en: reason, zh: 原因 } }
    on:
      state:
        when: state == 'filling'
        do:
          alarm: stream-filling
          severity: warning
          text: "{REASON}. See that the workers keep up; a full stream refuses events. 事件流中未处理的消息已占较多空间（{REASON}）。请确认各 worker 跟得上；流满后将拒收事件。"
      out-of-order: []
  stream-full:
    title: { en: Room in the stream, zh: 事件流空间 }
    states:
      room: [full]
      full: [room]
    params:
      REASON: { type: string, default: "", title: { en: reason, zh: 原因 } }
    on:
      state:
        when: state == 'full'
        do:
          alarm: stream-full
          severity: critical
          text: "{REASON}. It is about to refuse events: give it more room (nats stream edit MILEPOST --max-bytes), and see why nothing is applied. 事件流即将写满并拒收事件（{REASON}）：请增加空间（nats stream edit MILEPOST --max-bytes），并查明为何未处理。"
      out-of-order: []
`;

const CHANNELS = `# The channels of Milepost: this flow is built in, an instance a channel. One of your own takes its place.
flow: ${CHANNEL_FLOW}
title: { en: A channel of Milepost, zh: Milepost 的通知渠道 }
group: milepost
abandon: 3650d
steps:
  delivery:
    title: { en: Delivery, zh: 送达 }
    states:
      works: [down]
      down: [works]
    params:
      REASON: { type: string, default: "", title: { en: reason, zh: 原因 } }
    on:
      state:
        when: state == 'down'
        do:
          alarm: channel-down
          severity: critical
          text: "channel {flow.key} does not deliver: {REASON}. 通知渠道 {flow.key} 无法送达：{REASON}"
`;

const BUILT_IN: ReadonlyMap<string, Source> = new Map([
  [OWN_FLOW, { file: 'built-in/milepost.yaml', text: TEXT }],
  [CHANNEL_FLOW, { file: 'built-in/channels.yaml', text: CHANNELS }],
]);

/** The sources with the built-in flows, save those that one of them has a flow of the name of. */
export function withOwnFlow(sources: readonly Source[]): readonly Source[] {
  const isTaken = (name: string) => {
    const head = new RegExp(`^flow:\\s*["']?${name}["']?\\s*(#.*)?$`, 'm');
    return sources.some(({ text }) => head.test(text));
  };
  return [...sources, ...[...BUILT_IN].flatMap(([name, source]) => (isTaken(name) ? [] : source))];
}

/** Sources as they were stored, with the built-in flows of this version in the place of those of then. */
export function withPresentOwnFlow(sources: readonly Source[]): readonly Source[] {
  const present = new Map([...BUILT_IN.values()].map((source) => [source.file, source]));
  return sources.map((source) => present.get(source.file) ?? source);
}

/** What is so or not so, and is told when it changes: the two states of its step, what is right first. */
const TOPICS = {
  definitions: ['sound', 'broken'],
  clock: ['right', 'wrong'],
  canary: ['back', 'lost'],
  'stream-filling': ['room', 'filling'],
  'stream-full': ['room', 'full'],
} as const;

export type OwnTopic = keyof typeof TOPICS;
export const OWN_TOPICS = Object.keys(TOPICS) as readonly OwnTopic[]; // its own keys

export type OwnParams = Readonly<Record<string, string | number>>;

/** What Milepost reports about itself, as an event: a step's values, and where it is a topic what became of it. */
export function ownEvent(report: {
  /** the same for the same cause */
  readonly id: string;
  readonly step: string;
  readonly params: OwnParams;
  readonly wrong?: boolean;
  readonly time: number;
}): string {
  const { id, step, params, wrong, time } = report;
  const event: EventKind = wrong === undefined ? 'params' : 'state';
  const states = TOPICS[step as OwnTopic] ?? null; // no key of it: undefined
  return JSON.stringify({
    id,
    flow: OWN_FLOW,
    key: OWN_KEY,
    step,
    event,
    time: new Date(time).toISOString(),
    ...(wrong === undefined || states === null ? {} : { state: states[wrong ? 1 : 0] }),
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, cut(value)])),
  });
}

function cut(value: string | number): string | number {
  return typeof value === 'string' ? value.slice(0, 1000) : value;
}

/** Whether a channel delivers; `id` is the same for the same change. */
export interface ChannelReport {
  readonly id: string;
  readonly channel: string;
  readonly down: boolean;
  readonly reason: string;
  readonly time: number;
}

/** What Milepost reports about one of its channels, as an event. */
export function channelEvent(report: ChannelReport): Readonly<Record<string, unknown>> {
  const { id, channel, down, reason, time } = report;
  const event: EventKind = 'state';
  return {
    id,
    flow: CHANNEL_FLOW,
    key: channel,
    step: 'delivery',
    event,
    time: new Date(time).toISOString(),
    state: down ? 'down' : 'works',
    params: { REASON: reason.slice(0, 1000) },
  };
}
