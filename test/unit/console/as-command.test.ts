import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { asCurl, asNatsPub } from '../../../adapters/console/src/events/as-command.ts';

const EVENT = {
  id: 'e1',
  flow: 'clearing',
  key: 'day/a b',
  event: 'params',
  message: "it's $HOME `id` {{x}}",
};

/** What a shell makes of a line: its words. */
function wordsOf(line: string): readonly string[] {
  return execFileSync('sh', ['-c', `printf '%s\\0' ${line}`], { encoding: 'utf8' })
    .split('\0')
    .slice(0, -1);
}

describe('an event as a line for the shell', () => {
  test('goes to NATS on the subject of its instance, nothing in it expanded', () => {
    expect(wordsOf(asNatsPub('clearing', EVENT))).toEqual([
      ...['nats', 'pub', '--no-templates', 'milepost.checkpoint.clearing.day.a%20b'],
      JSON.stringify(EVENT),
    ]);
  });

  test('without a key goes on the subject of its flow', () => {
    const event = { id: 'e1', flow: 'clearing', event: 'activated' };
    expect(asNatsPub('clearing', event)).toBe(
      `nats pub 'milepost.checkpoint.clearing' '${JSON.stringify(event)}'`,
    );
  });

  test('goes to the address of Milepost by curl, nothing in it expanded', () => {
    const words = wordsOf(asCurl('http://127.0.0.1:4600', EVENT));
    expect(words.slice(0, 3)).toEqual(['curl', '-sS', 'http://127.0.0.1:4600/api/v1/events']);
    expect(words.at(-1)).toBe(JSON.stringify(EVENT));
  });
});
