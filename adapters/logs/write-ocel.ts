/**
 * Instances as an object-centric event log, OCEL 2.0 in JSON (https://www.ocel-standard.org): an object for each instance,
 * of the type of its flow, related to the instance that nests it; an event type for each step and kind of event.
 */
import type { Attribute } from './log-row.ts';
import type { RecordedEvent, RecordedInstance } from './recorded.ts';

interface Related {
  readonly objectId: string;
  readonly qualifier: string;
}

/** The log, in pieces. */
export function* writeOcel(instances: readonly RecordedInstance[]): Generator<string> {
  const types = eventTypes(instances);
  const present = new Map(instances.map((instance) => [idOf(instance), instance]));
  yield `{\n"objectTypes": ${JSON.stringify(objectTypes(instances))},\n"eventTypes": ${JSON.stringify(shownTypes(types))},\n"objects": [`;
  yield* list(instances, (instance) => objectOf(instance, present));
  yield '],\n"events": [';
  yield* list(allEvents(instances), ({ instance, event }) => eventOf(instance, event, { present, types }));
  yield ']\n}\n';
}

function* list<T>(items: Iterable<T>, shown: (item: T) => object): Generator<string> {
  let first = true;
  for (const item of items) {
    yield `${first ? '\n' : ',\n'}${JSON.stringify(shown(item))}`;
    first = false;
  }
  yield '\n';
}

function idOf({ flow, key }: { readonly flow: string; readonly key: string }): string {
  return `${flow}/${key}`;
}

function objectTypes(instances: readonly RecordedInstance[]): readonly object[] {
  const attributes = [
    { name: 'status', type: 'string' },
    { name: 'deviated', type: 'boolean' },
  ];
  return [...new Set(instances.map(({ flow }) => flow))].sort().map((name) => ({ name, attributes }));
}

/** Event types with the attributes that their events have; one that has values of several types is a string. */
function eventTypes(instances: readonly RecordedInstance[]): EventTypes {
  const types = new Map<string, Map<string, string>>();
  for (const { instance, event } of allEvents(instances)) {
    const name = typeOf(instance, event);
    const attributes = types.get(name) ?? new Map<string, string>();
    types.set(name, attributes);
    for (const [attribute, value] of valuesOf(event)) {
      const known = attributes.get(attribute);
      const type = valueType(value);
      attributes.set(attribute, known === undefined || known === type ? type : 'string');
    }
  }
  return types;
}

type EventTypes = ReadonlyMap<string, ReadonlyMap<string, string>>;

function shownTypes(types: EventTypes): readonly object[] {
  return [...types]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, attributes]) => ({
      name,
      attributes: [...attributes].map(([attribute, type]) => ({ name: attribute, type })),
    }));
}

function valueType(value: Attribute): string {
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : 'float';
}

function typeOf({ flow }: RecordedInstance, { step, event }: RecordedEvent): string {
  return step === null ? `${flow} ${event}` : `${flow}/${step} ${event}`;
}

function* allEvents(
  instances: readonly RecordedInstance[],
): Generator<{ readonly instance: RecordedInstance; readonly event: RecordedEvent }> {
  for (const instance of instances) for (const event of instance.events) yield { instance, event };
}

function valuesOf({ state, params }: RecordedEvent): readonly (readonly [string, Attribute])[] {
  const given = params.flatMap(([name, value]): (readonly [string, Attribute])[] =>
    value === null ? [] : [[name, value]],
  );
  return state === null ? given : [['state', state], ...given.filter(([name]) => name !== 'state')];
}

function objectOf(instance: RecordedInstance, present: ReadonlyMap<string, RecordedInstance>): object {
  const { parent, status, deviated, events } = instance;
  const time = new Date(events.at(-1)?.time ?? 0).toISOString();
  const up: readonly Related[] =
    parent === null || !present.has(idOf(parent)) ? [] : [{ objectId: idOf(parent), qualifier: 'nested in' }];
  return {
    id: idOf(instance),
    type: instance.flow,
    attributes: [
      { name: 'status', time, value: status },
      { name: 'deviated', time, value: deviated },
    ],
    relationships: up,
  };
}

function eventOf(
  instance: RecordedInstance,
  event: RecordedEvent,
  { present, types }: { readonly present: ReadonlyMap<string, RecordedInstance>; readonly types: EventTypes },
): object {
  const { parent } = instance;
  const declared = types.get(typeOf(instance, event));
  const around =
    parent !== null && present.has(idOf(parent)) ? [{ objectId: idOf(parent), qualifier: 'within' }] : [];
  return {
    id: `${idOf(instance)}#${event.id}`,
    type: typeOf(instance, event),
    time: new Date(event.time).toISOString(),
    attributes: valuesOf(event).map(([name, value]) => ({
      name,
      value: declared?.get(name) === 'string' ? String(value) : value,
    })),
    relationships: [{ objectId: idOf(instance), qualifier: 'of' }, ...around],
  };
}
