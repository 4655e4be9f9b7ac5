/**
 * Milepost as one of its own flows: what it has to say about itself takes the road of every alarm, is stored, shown and
 * told like them. One instance, `self`, that never ends.
 */
import type { EventKind } from '../checkpoints/index.ts';
import { CHANNEL_FLOW, type Source } from '../engine/index.ts';

/** The key of the instance. */
export const OWN_KEY = 'self';
export const OWN_FLOW = 'milepost';

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
          text: "the definitions are broken, those of revision {REVISION} stay in use: {REASON}"
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
          text: "channel {flow.key} does not deliver: {REASON}"
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

/** What Milepost reports about its definitions, as an event. */
export function definitionsEvent(report: {
  readonly broken: boolean;
  readonly reason: string;
  readonly revision: string;
  readonly time: number;
}): Readonly<Record<string, unknown>> {
  const { broken, reason, revision, time } = report;
  const event: EventKind = 'state';
  return {
    id: `definitions-${time}`,
    flow: OWN_FLOW,
    key: OWN_KEY,
    step: 'definitions',
    event,
    time: new Date(time).toISOString(),
    state: broken ? 'broken' : 'sound',
    params: { REASON: reason.slice(0, 1000), REVISION: revision },
  };
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
