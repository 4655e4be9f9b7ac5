import { createServer, type Socket } from 'node:net';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { NO_LOGIN, plain, portOf, startMailServer } from './mail-server.ts';
import { limit, openChannel, RECOVERED, SENDING } from './sending.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A mail server that is stopped after the test. */
async function mailServer(options?: SMTPServerOptions) {
  const server = await startMailServer(options);
  closers.push(server.stop);
  return server;
}

const SECRETS = { secrets: { PASSWORD: 'right' } };

describe('mail over a real SMTP server', () => {
  it('is one conversation from raising to recovery, with the same id in every attempt', async () => {
    const { port, mails } = await mailServer(NO_LOGIN);
    const channel = openChannel('email', plain(port));
    for (const sending of [SENDING, { ...SENDING, attempt: 2, uncertain: true }, RECOVERED]) {
      expect(await channel.send(sending, limit())).toEqual({ kind: 'sent', detail: null });
    }
    const [first, again, over] = mails;
    expect(first?.from).toBe('milepost@house.example');
    expect(first?.to).toEqual(['liwei@ops.example']);
    expect(first?.head['message-id']).toBe(again?.head['message-id']);
    expect(over?.head['message-id']).not.toBe(first?.head['message-id']);
    expect(over?.head.references).toBe(first?.head.references);
    expect(first?.head['auto-submitted']).toBe('auto-generated');
  });

  it('row 41: has no header that an event wrote', async () => {
    const { port, mails } = await mailServer(NO_LOGIN);
    const subject = 'late\r\nBcc: evil@evil.example\r\n\r\nhello';
    const to = [
      { name: 'x', title: 'Li\r\nCc: evil@evil.example', address: 'liwei@ops.example' },
      { name: 'y', title: 'y', address: 'a@b.example>\r\nRCPT TO:<evil@evil.example' },
    ];
    await openChannel('email', plain(port)).send({ ...SENDING, subject, to }, limit());
    expect(mails).toHaveLength(1);
    expect(mails[0]?.to).toEqual(['liwei@ops.example']);
    expect(Object.keys(mails[0]?.head ?? {})).not.toContain('bcc');
    expect(Object.keys(mails[0]?.head ?? {})).not.toContain('cc');
  });

  it('tells who was refused beside those who have it', async () => {
    const { port } = await mailServer({
      ...NO_LOGIN,
      onRcptTo({ address }, _session, callback) {
        if (address.startsWith('gone'))
          callback(Object.assign(new Error('no such user'), { responseCode: 550 }));
        else callback();
      },
    });
    const to = [...SENDING.to, { name: 'g', title: 'g', address: 'gone@ops.example' }];
    const outcome = await openChannel('email', plain(port)).send({ ...SENDING, to }, limit());
    expect(outcome).toEqual({ kind: 'sent', detail: 'refused for gone@ops.example' });
  });

  it.each([
    ['5xx for all', 550, 'failed'],
    ['4xx for now', 451, 'retry'],
  ])('is refused with %s', async (_, responseCode, kind) => {
    const { port } = await mailServer({
      ...NO_LOGIN,
      onData(stream, _session, callback) {
        stream.resume();
        stream.on('end', () => callback(Object.assign(new Error('not now'), { responseCode })));
      },
    });
    expect((await openChannel('email', plain(port)).send(SENDING, limit())).kind).toBe(kind);
  });

  it('row 41: was handed over and then the server hung up: it may have been taken', async () => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.write('220 here\r\n');
      let data = false;
      socket.on('data', (bytes) => {
        const text = bytes.toString();
        if (data) return void (text.includes('\r\n.\r\n') && socket.destroy());
        data = text.startsWith('DATA');
        socket.write(data ? '354 go on\r\n' : '250 ok\r\n');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => new Promise((resolve) => server.close(() => resolve())));
    const outcome = await openChannel('email', plain(portOf(server))).send(SENDING, limit());
    expect(outcome.kind).toBe('unknown');
  });

  it('is not there, or never says a word: nothing was taken', async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
    const port = portOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    expect((await openChannel('email', plain(port)).send(SENDING, limit())).kind).toBe('retry');
  });

  it('never sends a password without TLS that it can trust', async () => {
    const { port, mails } = await mailServer();
    const settings = {
      host: '127.0.0.1',
      port,
      user: 'milepost@house.example',
      password: { env: 'PASSWORD' },
    };
    const outcome = await openChannel('email', settings, SECRETS).send(SENDING, limit());
    // the server's own certificate is made by nobody that this machine knows
    expect(outcome).toMatchObject({ kind: 'retry' });
    expect(JSON.stringify(outcome)).not.toContain('right');
    expect(mails).toEqual([]);
  });
});
