/**
 * `npm run bench -- NAME… [--json]`: runs benches by name, all that exist without one. A bench is a file `NAME.bench.ts`
 * in this folder that exports `measure`, which gives its lines one by one. Exit code 1 where a goal was missed, 2 where a
 * name is unknown. With --json each line is one object; else it is a table for people.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Measurement } from './measure.ts';

interface Bench {
  measure(): AsyncIterable<Measurement>;
}

const ENDING = '.bench.ts';
const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(ENDING))
  .map((file) => file.slice(0, -ENDING.length))
  .sort();

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
});
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`There is no bench called ${unknown.join(', ')}; there are: ${known.join(', ')}.`);
  process.exitCode = 2;
} else {
  for (const name of positionals.length > 0 ? positionals : known) await run(name);
}

async function run(name: string): Promise<void> {
  const bench: Bench = await import(`./${name}${ENDING}`);
  for await (const line of bench.measure()) {
    if (line.met === false) process.exitCode = 1;
    console.log(values.json ? JSON.stringify(line) : inWords(line));
  }
}

function inWords(line: Measurement): string {
  const { bench, measure, value, unit, reference, referenceValue, ratio, goal, met } = line;
  const mark = met === null ? ' ' : met ? '+' : '-';
  const against = reference === 'limit' ? `goal ${goal}` : `${reference} ${referenceValue}, ratio ${ratio}`;
  return `${mark} ${bench}  ${measure.padEnd(58)} ${String(value).padStart(9)} ${unit.padEnd(9)} ${against}`;
}
