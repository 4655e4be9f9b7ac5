import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../adapters/nats/launch-server.ts';
import { debianProgram } from '../../servers/debian-program.ts';
import { ALARM, limit, openChannel, RECOVERED, SENDING } from './sending.ts';

const ENGINE = '8000000001020304';
const ROOT = '.1.3.6.1.4.1.8072.9999.9999.4600';
let folder = '';
let child: ChildProcess | null = null;
let port = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'milepost-snmp-'));
  port = await freePort();
  const conf = join(folder, 'snmptrapd.conf');
  await writeFile(
    conf,
    [
      'authCommunity log,net house',
      `createUser -e 0x${ENGINE} ops SHA-256 "authentic-1" AES "private-1"`,
      'createUser ops SHA-256 "authentic-1" AES "private-1"',
      'authUser log,net ops priv',
      'doNotLogTraps no',
      'printEventNumbers no',
    ].join('\n'),
  );
  const program = await debianProgram({ program: 'snmptrapd', package: 'snmptrapd' });
  child = spawn(
    program.path,
    [
      '-f',
      '-C',
      '-c',
      conf,
      '-On',
      '-Lf',
      join(folder, 'log'),
      '-p',
      join(folder, 'pid'),
      `udp:127.0.0.1:${port}`,
    ],
    { env: { ...program.env, SNMP_PERSISTENT_DIR: join(folder, 'state') }, stdio: 'ignore' },
  );
  await seen(/NET-SNMP version/);
});
afterAll(async () => {
  if (child !== null && child.exitCode === null) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

/** The log of the manager once it holds what is looked for. */
async function seen(what: RegExp | string): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
    if (typeof what === 'string' ? log.includes(what) : what.test(log)) return log;
    await delay(50);
  }
  throw new Error(
    `the manager has not logged ${what}: ${await readFile(join(folder, 'log'), 'utf8').catch(() => 'nothing')}`,
  );
}

describe('a real SNMP manager', () => {
  it('gets a v2c trap for the alarm that was raised, and another when it cleared', async () => {
    const settings = { host: '127.0.0.1', port, version: '2c', community: { env: 'COMMUNITY' } };
    const channel = openChannel('snmp', settings, { secrets: { COMMUNITY: 'house' } });
    const ascii = { ...ALARM, text: 'import has not moved for 45 min' };
    const outcome = await channel.send({ ...SENDING, alarms: [ascii] }, limit());
    expect(outcome).toEqual({ kind: 'sent', detail: 'a trap is not answered' });
    await channel.send(RECOVERED, limit());
    const log = await seen(`${ROOT}.0.2`);
    expect(log).toContain(`${ROOT}.0.1`);
    expect(log).toContain(`${ROOT}.1.1.2.0 = STRING: "${ALARM.id}"`);
    expect(log).toContain(`${ROOT}.1.1.7.0 = INTEGER: 3`);
    expect(log).toContain(`${ROOT}.1.1.8.0 = STRING: "import has not moved for 45 min"`);
  });

  it('gets a v3 trap that is authentic and private, also long after it first heard of us', async () => {
    const settings = {
      host: '127.0.0.1',
      port,
      user: 'ops',
      engine: ENGINE,
      password: { env: 'AUTH' },
      privacy: { env: 'PRIV' },
    };
    const secrets = { AUTH: 'authentic-1', PRIV: 'private-1' };
    let now = Date.now();
    const channel = openChannel('snmp', settings, { secrets, now: () => now });
    for (const key of ['v3-first', 'v3-later', 'v3-last']) {
      expect((await channel.send({ ...SENDING, alarms: [{ ...ALARM, key }] }, limit())).kind).toBe('sent');
      await seen(`${ROOT}.1.1.4.0 = STRING: "${key}"`);
      now += 3_600_000;
    }
  });

  it('answers an inform, and without an answer it is not known whether it came', async () => {
    const settings = { host: '127.0.0.1', version: '2c', inform: true, community: { env: 'COMMUNITY' } };
    const secrets = { COMMUNITY: 'house' };
    const answered = await openChannel('snmp', { ...settings, port }, { secrets }).send(SENDING, limit());
    expect(answered).toEqual({ kind: 'sent', detail: null });
    const silent = await freePort();
    const lost = await openChannel('snmp', { ...settings, port: silent }, { secrets }).send(
      SENDING,
      limit(20_000),
    );
    expect(lost.kind).toBe('unknown');
  });

  it('can read MILEPOST-MIB', async () => {
    const translate = await debianProgram({ program: 'snmptranslate', package: 'snmp' });
    const mibs = join(import.meta.dirname, '../../../adapters/channels');
    const { stdout, stderr } = await promisify(execFile)(
      translate.path,
      [
        '-M',
        `${mibs}:${join(import.meta.dirname, 'mibs')}`,
        '-m',
        'MILEPOST-MIB',
        '-On',
        'MILEPOST-MIB::mpAlarmRaised',
      ],
      { env: translate.env },
    );
    expect(stderr.split('\n').filter((line) => line.includes('MILEPOST-MIB'))).toEqual([]);
    expect(stdout.trim()).toBe(`${ROOT}.0.1`);
  });
});
