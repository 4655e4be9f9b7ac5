/** What tests of the watch are written in: times of Monday 2026-11-23 in UTC, events, and what is seen of a watch. */
import type { CheckpointEvent } from '../../../checkpoints/index.ts';
import { compileDefinitions, type Definitions } from '../../../definitions/index.ts';
import {
  createWatch,
  decodeInstance,
  encodeInstance,
  type Harvest,
  type Watch,
} from '../../../engine/index.ts';

/** `09:00` of Monday, `24 09:00` of another day of November 2026, in milliseconds. */
export function at(time: string): number {
  const [clock = '', day = '23'] = time.split(' ').reverse();
  return Date.parse(`2026-11-${day}T${clock.length === 5 ? `${clock}:00` : clock}Z`);
}

/** The other way round. */
export function shown(time: number | null): string | null {
  if (time === null) return null;
  const [day = '', clock = ''] = new Date(time).toISOString().slice(8, -1).split('T');
  const short = clock.replace(/\.000$/, '').replace(/:00$/, '');
  return day === '23' ? short : `${day} ${short}`;
}

/** Definitions under a revision. */
export function defined(yaml: string, revision = 'r1'): Definitions {
  const { definitions, findings } = compileDefinitions([{ file: 'watch.yaml', text: yaml }], revision);
  if (definitions === null) throw new Error(findings.map(({ message }) => message).join('\n'));
  return definitions;
}

/** An event `flow/key step kind`, a key of `-` left out; its id is made of all that. */
export function event(time: string, what: string, fields: Partial<CheckpointEvent> = {}): CheckpointEvent {
  const [instance = '', step = '', kind = ''] = what.split(' ');
  const [flow = '', ...key] = instance.split('/');
  return {
    id: `${time} ${what}`,
    flow,
    key: key.join('/') === '-' ? null : key.join('/'),
    step,
    kind: kind as CheckpointEvent['kind'], // the tests name no others
    time: at(time),
    state: null,
    params: [],
    message: null,
    source: null,
    ...fields,
  };
}

/** All instances as `flow/key status`, in the order of their names. */
export function instancesOf(watch: Watch): readonly string[] {
  return [...watch.instances].map(([name, { instance }]) => `${name} ${instance.status}`).sort();
}

/** The alarms of a harvest as `09:10 name of flow/key`, those that ended `until` when; in the order of the harvest. */
export function alarmsOf(harvest: Harvest): readonly string[] {
  return harvest.alarms.map(({ alarm, flow, key }) => {
    const until = alarm.clearedAt === null ? '' : ` until ${shown(alarm.clearedAt)} ${alarm.clearedBy}`;
    return `${shown(alarm.raisedAt)} ${alarm.name} of ${flow.name}/${key}${until}`;
  });
}

/** A watch made anew from what is stored of another: its instances, what is held back, since when, and its clock. */
export function restarted(
  watch: Watch,
  options: {
    readonly definitions: Definitions;
    readonly since: ReadonlyMap<string, number>;
    readonly earlier?: ReadonlyMap<string, Definitions>;
  },
): Watch {
  const next = createWatch({ ...options, clock: watch.clock });
  for (const { flow, instance } of watch.instances.values())
    next.adopt(decodeInstance(flow, encodeInstance(instance)));
  for (const held of watch.held()) next.hold(held);
  return next;
}
