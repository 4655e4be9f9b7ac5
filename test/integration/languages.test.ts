/** People who read different languages, told over one mail server and one group by a whole Milepost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ask, killMileposts, listAll, startMilepost } from '../servers/milepost.ts';
import { startTestPostgres } from '../servers/postgres.ts';
import { startEndpoint } from './channels/endpoint.ts';
import { NO_LOGIN, startMailServer } from './channels/mail-server.ts';

const SOON = { timeout: 60_000, interval: 100 };

test('each is mailed in his language, one mail a language and all of one thread; a group is told in its own', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'milepost-languages-'));
  const postgres = await startTestPostgres();
  const mail = await startMailServer(NO_LOGIN);
  const group = await startEndpoint((response) => void response.writeHead(200).end('{}'));
  try {
    const settings = `{ host: 127.0.0.1, port: ${mail.port}, tls: none, from: milepost@house.example }`;
    writeFileSync(
      join(folder, 'flows.yaml'),
      `
flow: report
title: { en: Report, zh: 报表 }
steps: { write: { title: { en: Writing, zh: 编制 } } }
---
{ channel: mail, type: email, language: en, settings: ${settings} }
---
{ channel: group, type: webhook, language: en, settings: { url: "${group.address}" } }
---
policy: all
people:
  li:   { addresses: { mail: li@house.example, group: li }, language: zh }
  wang: { addresses: { mail: wang@house.example, group: wang }, language: zh }
  john: { addresses: { mail: john@house.example, group: john } }
teams: { desk: [li, john, wang] }
routes: { wait: 0s, levels: { to: desk, over: [mail, group] } }
`,
    );
    const up = startMilepost(
      ['up', 'flows.yaml', '--port', '0', '--no-nats', '--folder', join(folder, 'own')],
      { env: { DATABASE_URL: await postgres.database() }, cwd: folder },
    );
    const address = await up.serves();
    const event = { id: 'e1', flow: 'report', key: 'k', step: 'write', event: 'exception' };
    const body = JSON.stringify({ ...event, time: new Date().toISOString() });
    expect((await ask(address, '/api/v1/events', body)).status).toBe(202);
    await expect.poll(() => mail.mails.length + group.received.length, SOON).toBe(3);
    const [first, second] = mail.mails;
    expect([first?.to, second?.to]).toEqual([
      ['john@house.example'],
      ['li@house.example', 'wang@house.example'],
    ]);
    expect(first?.head.references).toBe(second?.head.references);
    expect(first?.head['message-id']).not.toBe(second?.head['message-id']);
    const told = await listAll(address, '/api/v1/notices');
    expect(told.map(({ channel, language, to }) => [channel, language, to.length]).toSorted()).toEqual([
      ['group', null, 3],
      ['mail', null, 1],
      ['mail', 'zh', 2],
    ]);
    expect(decoded(first?.body ?? '')).toMatch(/Report k \/ Writing: exception/);
    expect(decoded(second?.body ?? '')).toMatch(/报表 k \/ 编制：异常/);
    expect(JSON.parse(group.received[0]?.body ?? '').text).toMatch(/Report k \/ Writing: exception/);
  } finally {
    killMileposts();
    await mail.stop();
    await group.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 240_000);

/** A body in base64, in quoted-printable, or as it is. */
function decoded(body: string): string {
  if (/^[A-Za-z0-9+/=\s]+$/.test(body)) return Buffer.from(body, 'base64').toString('utf8');
  const bytes = body
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
