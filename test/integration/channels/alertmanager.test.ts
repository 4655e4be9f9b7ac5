import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../adapters/nats/launch-server.ts';
import { debianProgram } from '../../servers/debian-program.ts';
import { ALARM, limit, openChannel, RECOVERED, SENDING } from './sending.ts';

let folder = '';
let child: ChildProcess | null = null;
let url = '';

async function start(): Promise<void> {
  const program = await debianProgram({
    program: 'prometheus-alertmanager',
    package: 'prometheus-alertmanager',
  });
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  child = spawn(
    program.path,
    [
      `--config.file=${join(folder, 'config.yml')}`,
      `--storage.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--cluster.listen-address=',
    ],
    { env: program.env, stdio: 'ignore' },
  );
  for (let tries = 0; tries < 100; tries++) {
    const ready = await fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await delay(100);
  }
  throw new Error('the Alertmanager did not come up within 10 s');
}

async function stop(): Promise<void> {
  if (child === null || child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL: string;
}

async function alerts(): Promise<readonly Alert[]> {
  const answer = await fetch(`${url}/api/v2/alerts`);
  return (await answer.json()) as Alert[]; // Alertmanager's own form, API v2
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milepost-alertmanager-'));
  await writeFile(join(folder, 'config.yml'), 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
  await start();
});
afterAll(async () => {
  await stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a real Alertmanager', () => {
  it('row 40: takes an alarm, forgets it when it restarts, and has it again with its first time', async () => {
    const channel = openChannel('alertmanager', { url: [url, 'http://127.0.0.1:1'] });
    const outcome = await channel.send(SENDING, limit());
    expect(outcome).toEqual({ kind: 'sent', detail: '1 of 2 servers did not take it' });
    expect(await alerts()).toMatchObject([
      {
        labels: {
          alertname: 'stalled',
          flow: 'settlement',
          key: 'clearing-2026-11-20',
          step: 'import',
          severity: 'critical',
          source: 'timer',
          group: 'clearing',
        },
        startsAt: '2026-11-20T08:30:00.000Z',
        generatorURL: SENDING.link,
      },
    ]);
    await stop();
    await rm(join(folder, 'data'), { recursive: true, force: true });
    await start();
    expect(await alerts()).toEqual([]);
    const moved = openChannel('alertmanager', { url });
    expect(await moved.refresh?.post([SENDING], limit())).toEqual({ kind: 'sent', detail: null });
    expect(await alerts()).toMatchObject([{ startsAt: '2026-11-20T08:30:00.000Z' }]);
  });

  it('ends the alert when the alarm has cleared', async () => {
    const now = Date.now();
    const raised = { ...SENDING, alarms: [{ ...ALARM, key: 'clearing-now', raisedAt: now - 60_000 }] };
    const over = {
      ...RECOVERED,
      alarms: [{ ...ALARM, key: 'clearing-now', raisedAt: now - 60_000, clearedAt: now }],
    };
    const channel = openChannel('alertmanager', { url });
    await channel.send(raised, limit());
    const mine = async () => (await alerts()).filter(({ labels }) => labels.key === 'clearing-now');
    expect(await mine()).toHaveLength(1);
    expect(Date.parse((await mine())[0]?.endsAt ?? '')).toBeGreaterThan(now + 60_000);
    await channel.send(over, limit());
    expect(await mine()).toEqual([]);
  });

  it('has nothing to be told where nothing stands', async () => {
    expect(await openChannel('alertmanager', { url }).refresh?.post([], limit())).toEqual({
      kind: 'sent',
      detail: null,
    });
  });
});
