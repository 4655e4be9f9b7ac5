/**
 * Milepost as one of its own flows: what it has to say about itself takes the road of every alarm, is stored, shown and
 * told like them. One instance, `self`, that never ends.
 */
import type { EventKind } from '../checkpoints/index.ts';
import type { Source } from '../engine/index.ts';

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

/** The sources with the built-in flow, unless one of them has a flow of that name. */
export function withOwnFlow(sources: readonly Source[]): readonly Source[] {
  const isTaken = sources.some(({ text }) => /^flow:\s*["']?milepost["']?\s*(#.*)?$/m.test(text));
  return isTaken ? sources : [...sources, { file: 'built-in/milepost.yaml', text: TEXT }];
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
