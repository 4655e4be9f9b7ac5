import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CHANNEL_KINDS,
  type ChannelWorld,
  readSecret,
  readSecretRef,
  SecretError,
} from '../../../adapters/channels/index.ts';
import type { Sending } from '../../../engine/index.ts';

const SENDING: Sending = {
  id: 'n1',
  channel: 'desk',
  kind: 'raised',
  thread: 't1',
  recovered: false,
  severity: 'critical',
  level: 1,
  at: Date.parse('2026-11-23T01:00:00Z'),
  words: { en: { subject: 's', text: 't' }, zh: { subject: 's', text: 't' } },
  path: null,
  to: [{ name: 'li-wei', title: 'Li Wei', address: 'li' }],
  alarms: [],
  folded: [],
  attempt: 1,
  uncertain: false,
  subject: 'settlement is late',
  text: 'one\n\u001b[31mtwo\u0007',
  link: null,
};

describe('the channels that write where Milepost runs', () => {
  it('ring once for a new trouble, and let no foreign text control the terminal', async () => {
    expect(await written('bell', SENDING)).toBe('\u0007settlement is late\n  one\n  two \n');
    expect(await written('bell', { ...SENDING, recovered: true })).not.toContain('\u0007');
  });

  it('write a JSON object a line', async () => {
    const line = await written('log', SENDING);
    expect(line.endsWith('}\n')).toBe(true);
    expect(JSON.parse(line)).toMatchObject({
      time: '2026-11-23T01:00:00.000Z',
      notice: 'n1',
      subject: 'settlement is late',
      to: ['li-wei'],
    });
  });

  it('refuse settings, by name', () => {
    expect(CHANNEL_KINDS.get('bell')?.check({ url: 'x' })).toEqual({
      ok: false,
      problems: [{ path: 'url', message: 'bell has no settings: remove url' }],
    });
  });
});

describe('secrets', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'milepost-secret-'));
    await writeFile(join(folder, 'token'), 'abc\n');
    await writeFile(join(folder, 'empty'), '\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are references and nothing else', () => {
    expect(readSecretRef({ env: 'WECOM_KEY' })).toEqual({ env: 'WECOM_KEY' });
    expect(readSecretRef({ file: '/run/secrets/key' })).toEqual({ file: '/run/secrets/key' });
    for (const wrong of [
      'abc',
      null,
      {},
      { env: 'A', file: 'b' },
      { env: 'A B' },
      { env: 1 },
      { value: 'x' },
    ])
      expect(readSecretRef(wrong)).toBeNull();
  });

  it('come from the environment or from a file, without its line end', async () => {
    expect(await readSecret({ env: 'KEY' }, { KEY: 'abc' })).toBe('abc');
    expect(await readSecret({ file: join(folder, 'token') }, {})).toBe('abc');
  });

  it('are missed with a word of their own', async () => {
    await expect(readSecret({ env: 'KEY' }, {})).rejects.toBeInstanceOf(SecretError);
    await expect(readSecret({ file: join(folder, 'none') }, {})).rejects.toBeInstanceOf(SecretError);
    await expect(readSecret({ file: join(folder, 'empty') }, {})).rejects.toBeInstanceOf(SecretError);
  });
});

async function written(type: string, sending: Sending): Promise<string> {
  const lines: string[] = [];
  const out = { write: (text: string) => lines.push(text) };
  const silent = { info: () => {}, warn: () => {}, error: () => {} };
  const world: ChannelWorld = {
    secret: async () => '',
    publish: null,
    hand: null,
    log: silent,
    out,
    now: () => 0,
  };
  const checked = CHANNEL_KINDS.get(type)?.check({});
  if (checked?.ok !== true) throw new Error(`${type} refuses empty settings`);
  const channel = checked.channel.open(world);
  expect(await channel.send(sending, AbortSignal.timeout(1000))).toEqual({ kind: 'sent', detail: null });
  await channel.close();
  return lines.join('');
}
