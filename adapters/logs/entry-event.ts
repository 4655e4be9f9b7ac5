/** Entries of a log as checkpoint events. */
import { MAX_PARAMS } from '../../checkpoints/index.ts';
import { detached } from '../detached.ts';
import { createNames } from '../step-names.ts';
import type { Attribute } from './log-row.ts';
import type { LogEntry } from './row-entries.ts';

/** Gives the event of an entry as a line of JSON; ids count the entries, so that the same log gives the same events. */
export function createEventWriter(flow: string): (entry: LogEntry) => string {
  const stepOf = createStepNames();
  let count = 0;
  return (entry) => {
    count++;
    const params = [...entry.params].slice(0, MAX_PARAMS);
    return JSON.stringify({
      id: String(count),
      flow,
      key: keyOf(entry.case),
      step: stepOf(entry.activity),
      event: entry.event,
      time: new Date(entry.time).toISOString(),
      ...(entry.state === null ? {} : { state: entry.state }),
      ...(params.length === 0
        ? {}
        : { params: Object.fromEntries(params.map(([name, value]) => [name, short(value)])) }),
    });
  };
}

/** The name of the step that an activity becomes: the same activity always the same, two activities never. */
export function createStepNames(): (activity: string) => string {
  const names = createNames();
  const known = new Map<string, string>();
  return (activity) => {
    let name = known.get(activity);
    if (name === undefined) {
      name = names.take(activity, 'activity');
      known.set(detached(activity), name);
    }
    return name;
  };
}

/** A key has no empty parts and at most 256 characters. */
export function keyOf(name: string): string {
  const parts = name
    .toWellFormed()
    .split('/')
    .filter((part) => part !== '');
  const key = parts.join('/').slice(0, 256).replace(/\/$/, '');
  return key === '' ? 'case' : key;
}

function short(value: Attribute): Attribute {
  return typeof value === 'string' ? value.toWellFormed().slice(0, 1000) : value;
}
