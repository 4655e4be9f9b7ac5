import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { readDefinitions } from '../../../definitions/read-definitions.ts';
import { jsonSchemas } from '../../../definitions/schema-json.ts';
import { EXAMPLE } from './read-example.ts';
import { accepts } from './read-json-schema.ts';

const schemas = [...jsonSchemas()];
const path = (file: string) => `${import.meta.dirname}/../../../definitions/schemas/${file}`;

describe('the JSON Schemas', () => {
  it('are one for each kind of document, and one for all', () => {
    expect(schemas.map(([file]) => file.replace('.schema.json', ''))).toEqual([
      ...['flow', 'checkpoint', 'calendar', 'view', 'policy', 'channel', 'collector', 'test', 'milepost'],
    ]);
  });

  // Written anew by: npm test -- test/unit/definitions/read-schemas.test.ts -u, twice where one is new
  it.each(schemas)('%s is shipped as it is generated', async (file, schema) => {
    const exists = existsSync(path(file));
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(path(file));
    expect(exists).toBe(true);
  });

  it.each(schemas)('%s describes every key and allows no other', (file, schema) => {
    const open: string[] = [];
    const walk = (node: unknown, at: string) => {
      if (typeof node !== 'object' || node === null) return;
      const { properties, additionalProperties } = node as {
        properties?: object;
        additionalProperties?: unknown;
      };
      if (properties !== undefined && additionalProperties !== false) open.push(at);
      for (const [key, property] of Object.entries(properties ?? {})) {
        expect(property, `${at}.${key}`).toHaveProperty('description');
        const { description } = property as { description: string };
        expect(description, `${at}.${key} in Chinese`).toMatch(/\n.*\p{Script=Han}/u);
      }
      for (const [key, value] of Object.entries(node)) walk(value, `${at}.${key}`);
    };
    walk(schema, file);
    const isRead = !file.startsWith('collector');
    expect(open).toEqual(isRead ? [] : [file]);
  });
});

describe('the JSON Schemas and the reader', () => {
  const agree = (text: string): { reader: boolean; schema: boolean } => {
    const value: unknown = parseAllDocuments(text)[0]?.toJS();
    const { findings } = readDefinitions([{ file: 'a.yaml', text }]);
    const kind = Object.keys(Object(value))[0];
    const schema = schemas.find(([file]) => file === `${kind}.schema.json`)?.[1];
    return { reader: findings.length === 0, schema: schema !== undefined && accepts(schema, value) };
  };

  it.each([
    ...EXAMPLE.split('---\n'),
    'flow: f\nsteps: { a: , b: {} }\nstates:\nconnectors:\n',
    'flow: f\nstart: { after: g, in: 1m }\ndeadline: { in: 3h }\nsteps: { a: { flow: g, each: x } }\n',
    'flow: f\nsteps: { a: { timers: { t: , u: { in: 1m } }, on: { timer.t: { do: { cancel-timer: u } } } } }\n',
    'flow: f\nsteps: { a: }\non: { committed: [], deadline: [{ do: [{ clear: a }, { run: b }] }] }\n',
    'calendar: c\nweekend: sun\nholidays: 2026-01-01\n',
    'channel: c\ntype: bell\nsettings: { url: { env: A } }\nquota: { count: 1, per: 1m }\n',
    'view: v\nnodes: { a: { flow: f, step: s }, b: { checkpoint: c, x: 1, y: 0 }, c: { group: "a b" }, d: { view: w }, e: { label: E } }\nlinks: { from: a, to: b }\nnotes: { text: T }\n',
    'policy: p\nby: [item, label.x]\nroutes: { match: { severity: info, label: { a: b } }, days: mon, levels: { over: c } }\n',
    'policy: p\npeople: { a: , b: { addresses: { c: d } } }\nduty: { e: [{ who: a }, { rota: [a, b], each: 7d, since: 2026-01-01 }] }\n',
  ])('both accept document %#', (text) => {
    expect(agree(text)).toEqual({ reader: true, schema: true });
  });

  it.each([
    'flow: f\n',
    'flow: F\nsteps: { a: }\n',
    'flow: f\nsteps: {}\n',
    'flow: f\nsteps: { a: }\ncalender: c\n',
    'flow: f\nsteps: { a b: }\n',
    'flow: f\nsteps: { a: { gate: false } }\n',
    'flow: f\nsteps: { a: { gate: true, states: {} } }\n',
    'flow: f\nsteps: { a: { timers: { t: { after: state } } } }\n',
    'flow: f\nsteps: { a: }\nstart: { grace: 1m }\n',
    'flow: f\nsteps: { a: }\non: { timer.x: [] }\n',
    'flow: f\nsteps: { a: }\nconnectors: { from: a, to: a, limit: 0 }\n',
    'checkpoint: c\nparams: { P: number }\n',
    'channel: c\n',
    'channel: c\ntype: bell\nsettings: 5\n',
    'view: v\n',
    'view: v\nnodes: { a: { title: A } }\n',
    'view: v\nnodes: { a: { flow: f, view: w } }\n',
    'view: v\nnodes: { a: { label: A, title: B } }\n',
    'view: v\nnodes: { a: { label: A } }\nlinks: { from: a }\n',
    'policy: p\nroutes: { levels: [] }\n',
    'policy: p\nby: colour\n',
    'policy: p\nduty: { e: { during: night } }\n',
    'policy: p\nmaintenance: { match: { severity: info } }\n',
    'checkpoint: c\ntitle: 2026\n',
    'checkpoint: c\non: { state: { do: [] } }\n',
    'calendar: c\nsessions: { day: { from: "09:00" } }\n',
    'calendar: c\nholidays: tomorrow\n',
  ])('both refuse %j', (text) => {
    expect(agree(text)).toEqual({ reader: false, schema: false });
  });
});
