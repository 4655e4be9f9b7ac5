import { createServer, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { limit, openChannel, RECOVERED, SENDING } from './sending.ts';

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly head: Readonly<Record<string, string>>;
  readonly body: string;
}

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const SECRETS = { secrets: { PASSWORD: 'right' } };

/** A real SMTP server on loopback that wants a login over STARTTLS where `options` do not say otherwise. */
async function mailServer(options: SMTPServerOptions = {}): Promise<{ port: number; mails: Mail[] }> {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    onAuth(auth, _session, callback) {
      if (auth.username === 'milepost@house.example' && auth.password === 'right')
        callback(null, { user: 1 });
      else callback(Object.assign(new Error('bad login'), { responseCode: 535 }));
    },
    onData(stream, session, callback) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({
          from,
          to: rcptTo.map(({ address }) => address),
          ...parsed(Buffer.concat(parts).toString('utf8')),
        });
        callback();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { port: portOf(server.server), mails };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Head and body of a message; folded lines are joined. */
function parsed(text: string): Pick<Mail, 'head' | 'body'> {
  const [head = '', ...body] = text.split('\r\n\r\n');
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const fields = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 2),
  ]);
  return { head: Object.fromEntries(fields), body: body.join('\r\n\r\n') };
}

/** Without TLS, for servers of tests; certificates have tests of their own. */
const plain = (port: number) => ({ host: '127.0.0.1', port, tls: 'none', from: 'milepost@house.example' });
const NO_LOGIN: SMTPServerOptions = { authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] };

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
