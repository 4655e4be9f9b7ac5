import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type RecordedInstance, readXes, writeOcel, writeXes } from '../../../adapters/logs/index.ts';
import type { LogItem } from '../../../adapters/logs/log-row.ts';

const event = fc.record({
  id: fc.uuid(),
  step: fc.option(fc.constantFrom('a', 'b'), { nil: null, freq: 4 }),
  event: fc.constantFrom(
    'activated' as const,
    'committed' as const,
    'exception' as const,
    'state' as const,
    'params' as const,
  ),
  time: fc.integer({ min: 0, max: 4e12 }),
  state: fc.option(fc.string({ unit: 'binary' }), { nil: null }),
  params: fc.array(
    fc.tuple(
      fc.constantFrom('p', 'q', '__proto__'),
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
      ),
    ),
    { maxLength: 3 },
  ),
});

const instances: fc.Arbitrary<readonly RecordedInstance[]> = fc
  .array(
    fc.record({
      flow: fc.constantFrom('outer', 'inner'),
      key: fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }),
      status: fc.constantFrom('committed', 'failed'),
      deviated: fc.boolean(),
      parent: fc.option(fc.record({ flow: fc.constant('outer'), key: fc.string({ maxLength: 2 }) }), {
        nil: null,
      }),
      events: fc.array(event, { maxLength: 5 }),
    }),
    { maxLength: 5 },
  )
  .map((all) => [...new Map(all.map((one) => [`${one.flow}/${one.key}`, one])).values()]);

describe('an XES log', () => {
  test('is read back with every event, whatever stands in its texts', async () => {
    await fc.assert(
      fc.asyncProperty(instances, async (all) => {
        const text = [...writeXes(all)].join('');
        const items: LogItem[] = [];
        const source = async function* () {
          yield Buffer.from(text);
        };
        for await (const batch of readXes(source())) items.push(...batch);
        const expected = all.flatMap(({ events }) => events.filter(({ step }) => step !== null));
        const times = items.map((item) =>
          item.kind === 'row' ? item.values.get('time:timestamp') : item.reason,
        );
        expect(times).toEqual(expected.map(({ time }) => new Date(time).toISOString()));
      }),
      { numRuns: 150, seed: 51 },
    );
  });

  test('says what happened in the words of XES', () => {
    const one: RecordedInstance = {
      flow: 'f',
      key: 'k<1>',
      status: 'committed',
      deviated: true,
      parent: null,
      events: [
        {
          id: '1',
          step: 's',
          event: 'activated',
          time: 0,
          state: null,
          params: [
            ['n', 1.5],
            ['t', 'a"b'],
          ],
        },
        { id: '2', step: 's', event: 'committed', time: 1000, state: 'good', params: [['n', null]] },
        { id: '3', step: null, event: 'activated', time: 0, state: null, params: [] },
      ],
    };
    const [, trace] = [...writeXes([one])];
    expect(trace).toBe(`  <trace>
    <string key="concept:name" value="k&#60;1&#62;"/>
    <string key="milepost:flow" value="f"/>
    <string key="milepost:status" value="committed"/>
    <boolean key="milepost:deviated" value="true"/>
    <event>
      <string key="concept:name" value="s"/>
      <string key="lifecycle:transition" value="start"/>
      <date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
      <float key="param:n" value="1.5"/>
      <string key="param:t" value="a&#34;b"/>
    </event>
    <event>
      <string key="concept:name" value="s"/>
      <string key="lifecycle:transition" value="complete"/>
      <date key="time:timestamp" value="1970-01-01T00:00:01.000Z"/>
      <string key="milepost:state" value="good"/>
    </event>
  </trace>
`);
  });
});

/** The shape of OCEL 2.0 in JSON, as far as is written here. */
interface Ocel {
  readonly objectTypes: readonly { readonly name: string }[];
  readonly eventTypes: readonly {
    readonly name: string;
    readonly attributes: readonly { readonly name: string; readonly type: string }[];
  }[];
  readonly objects: readonly {
    readonly id: string;
    readonly type: string;
    readonly relationships: readonly { readonly objectId: string }[];
  }[];
  readonly events: readonly {
    readonly id: string;
    readonly type: string;
    readonly time: string;
    readonly attributes: readonly { readonly name: string; readonly value: unknown }[];
    readonly relationships: readonly { readonly objectId: string; readonly qualifier: string }[];
  }[];
}

test('an OCEL log declares every type and attribute that it uses, and relates only to what is in it', () => {
  fc.assert(
    fc.property(instances, (all) => {
      const log: Ocel = JSON.parse([...writeOcel(all)].join(''));
      expect(Object.keys(log)).toEqual(['objectTypes', 'eventTypes', 'objects', 'events']);
      const objects = new Set(log.objects.map(({ id }) => id));
      const types = new Map(
        log.eventTypes.map(({ name, attributes }) => [
          name,
          new Map(attributes.map((each) => [each.name, each.type])),
        ]),
      );
      expect(objects.size).toBe(all.length);
      expect(log.events).toHaveLength(all.flatMap(({ events }) => events).length);
      for (const { type, relationships } of log.objects) {
        expect(log.objectTypes.map(({ name }) => name)).toContain(type);
        for (const { objectId } of relationships) expect(objects.has(objectId)).toBe(true);
      }
      for (const { type, attributes, relationships } of log.events) {
        const declared = types.get(type);
        expect(relationships.map(({ objectId }) => objects.has(objectId))).not.toContain(false);
        expect(relationships.map(({ qualifier }) => qualifier)).toContain('of');
        for (const { name, value } of attributes)
          expect(typeof value).toBe(declared?.get(name)?.replace('float', 'number'));
      }
    }),
    { numRuns: 150, seed: 52 },
  );
});
