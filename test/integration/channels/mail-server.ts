import type { Server } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A message as it came. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly head: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A real SMTP server on loopback that wants a login over STARTTLS where `options` do not say otherwise. */
export async function startMailServer(
  options: SMTPServerOptions = {},
): Promise<{ readonly port: number; readonly mails: Mail[]; readonly stop: () => Promise<void> }> {
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
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port: portOf(server.server), mails, stop };
}

/** The port of a server that listens on TCP. */
export function portOf(server: Server): number {
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
export const plain = (port: number) => ({
  host: '127.0.0.1',
  port,
  tls: 'none',
  from: 'milepost@house.example',
});
export const NO_LOGIN: SMTPServerOptions = { authOptional: true, disabledCommands: ['STARTTLS', 'AUTH'] };
