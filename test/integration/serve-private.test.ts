import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'nats';
import { afterAll, afterEach, expect, test } from 'vitest';
import { ask, killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { descendants, processFamily } from '../servers/process-family.ts';

const SOON = { timeout: 30_000, interval: 100 };

const folder = mkdtempSync(join(tmpdir(), 'milepost-serve-private-'));
const data = join(folder, 'data');
const family = processFamily();

afterEach(() => killMileposts(family));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('private servers that are killed come back, a killed Milepost takes over what it left, and an end leaves nothing', async () => {
  const flows = join(folder, 'flows.yaml');
  writeFileSync(flows, 'flow: report\nsteps: { write: {} }\n');
  const up = () => startMilepost(['up', flows, '--port', '0', '--folder', data], { cwd: folder });
  const nameOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  const servers = (pid: number) => {
    family.note(pid);
    const named = (name: string) => descendants(pid).find((child) => nameOf(child) === name) ?? 0;
    return { nats: named('nats-server'), postgres: named('postgres') };
  };
  const ids: string[] = [];
  const publish = async (id: string) => {
    const {
      hostname,
      port,
      username: user,
      password: pass,
    } = new URL(readFileSync(join(data, 'nats/url'), 'utf8'));
    const time = new Date().toISOString();
    const event = JSON.stringify({ id, flow: 'report', key: 'a', step: 'write', event: 'params', time });
    ids.push(id);
    const attempt = async () => {
      const nc = await connect({ servers: `${hostname}:${port}`, user, pass, reconnect: false });
      await nc.jetstream().publish('milepost.checkpoint.report.a', event);
      await nc.close();
      return 'stored';
    };
    await expect.poll(() => attempt().catch(String), SOON).toBe('stored');
  };

  let milepost = up();
  let address = await milepost.serves();
  const seen = async () =>
    (await listAll(address, '/api/v1/instances/report/a/events?limit=500').catch(() => [])).map(
      ({ id }) => id,
    );
  await publish('1');
  await expect.poll(seen, SOON).toEqual(ids);

  process.kill(servers(milepost.pid).postgres, 'SIGKILL');
  await publish('2');
  await milepost.line(/the private PostgreSQL had ended and was started again/);
  await expect.poll(seen, SOON).toEqual(ids);
  process.kill(servers(milepost.pid).nats, 'SIGKILL');
  await milepost.line(/the private nats-server ended .* starting it again/);
  await publish('3');
  await expect.poll(seen, SOON).toEqual(ids);
  await expect.poll(async () => (await ask(address, '/readyz')).status, SOON).toBe(200);

  servers(milepost.pid);
  milepost.signal('SIGKILL');
  await milepost.ended;
  milepost = up();
  address = await milepost.serves();
  await publish('4');
  await expect.poll(seen, SOON).toEqual(ids);
  servers(milepost.pid);
  milepost.signal('SIGTERM');
  expect(await milepost.ended).toBe(0);
  expect(family.size()).toBeGreaterThan(6);
  await expect.poll(family.alive, SOON).toEqual([]);
}, 120_000);
