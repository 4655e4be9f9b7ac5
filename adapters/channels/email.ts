/**
 * E-mail over SMTP, with nodemailer. One message to all recipients of a notice.
 *
 * 1. `Message-ID` is made of the notice's id, the same in every attempt; `References` names the thread, so that a mail
 *    program shows raising, changes and recovery as one conversation.
 * 2. `From` is the login, unless it is set: Tencent Exmail and others refuse anything else.
 * 3. Never without TLS where there is a login: STARTTLS is demanded on other ports than 465.
 * 4. Until the content was handed over nothing is taken; after that, without an answer, it may have been.
 */
import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { Sending, SendOutcome } from '../../engine/index.ts';
import { excerpt } from './answer-outcome.ts';
import type { ChannelKind, ChannelWorld, SecretRef } from './channel-kind.ts';
import { cutLine } from './cut-text.ts';
import { Settings } from './read-settings.ts';
import { caOf, failedWithoutSecret } from './world-secrets.ts';

interface MailSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: 'implicit' | 'starttls' | 'none';
  readonly user: string | null;
  readonly password: SecretRef | null;
  readonly from: string;
  readonly ca: string | null;
}

export const EMAIL: ChannelKind = {
  type: 'email',
  about: 'e-mail over SMTP to the addresses of the recipients',
  direct: () => true,
  settings: ['host', 'port', 'tls', 'user', 'password', 'from', 'ca'],
  check(raw) {
    const settings = new Settings(raw);
    const host = settings.text('host', 'the name of the mail server');
    const port = settings.number('port', { least: 1, most: 65535 }, 465);
    const tls = settings.choice(
      'tls',
      ['implicit', 'starttls', 'none'],
      port === 465 ? 'implicit' : 'starttls',
    );
    const user = settings.optionalText('user', 'the login');
    const password = settings.optionalSecret('password', 'the password of the login');
    const from = settings.optionalText('from', 'the sender, name@house.example');
    const ca = settings.optionalText('ca', 'the path of a PEM file');
    if ((user === null) !== (password === null) && settings.problems.length === 0) {
      settings.note(
        user === null ? 'user' : 'password',
        'is missing: a login takes both, a server without login neither',
      );
    }
    if (user === null && from === null)
      settings.note('from', 'is missing: without a login the sender must be given');
    if (user !== null && tls === 'none')
      settings.note('tls', 'none would send the password in the clear: use implicit or starttls');
    const sender = from ?? user ?? '';
    if (sender !== '' && !isAddress(sender))
      settings.note(from === null ? 'user' : 'from', 'is no mail address: set `from`');
    const problems = settings.finish('email');
    if (problems.length > 0) return { ok: false, problems };
    const read: MailSettings = { host, port, tls, user, password, from: sender, ca };
    return { ok: true, channel: { open: (world) => openMail(read, world) } };
  },
};

function openMail(settings: MailSettings, world: ChannelWorld) {
  const domain = settings.from.slice(settings.from.lastIndexOf('@') + 1);
  return {
    send: (sending: Sending, signal: AbortSignal) =>
      failedWithoutSecret(async () => {
        const to = sending.to.filter(({ address }) => isAddress(address));
        if (to.length === 0) return { kind: 'failed', reason: 'no recipient has a mail address' };
        const password = settings.password === null ? null : await world.secret(settings.password);
        const ca = await caOf(settings.ca);
        if (signal.aborted)
          return { kind: 'retry', after: null, reason: 'there was no time left to send it' };
        const transport = createTransport({
          host: settings.host,
          port: settings.port,
          secure: settings.tls === 'implicit',
          requireTLS: settings.tls === 'starttls',
          ignoreTLS: settings.tls === 'none',
          ...(settings.user === null ? {} : { auth: { user: settings.user, pass: password ?? '' } }),
          ...(ca === null ? {} : { tls: { ca } }),
          connectionTimeout: 10_000,
          greetingTimeout: 10_000,
          socketTimeout: 30_000,
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        let handedOver = false;
        transport.use('stream', (mail, done) => {
          // it flows once the server has asked for the content, and not before
          mail.message.transform(() => new PassThrough().once('data', () => (handedOver = true)));
          done();
        });
        const over = () => transport.close();
        signal.addEventListener('abort', over, { once: true });
        try {
          const mail = transport.sendMail(message(sending, { from: settings.from, domain, to }));
          return outcomeOfMail(await Promise.race([mail, aborted(signal)]), handedOver);
        } catch (error) {
          return failureOfMail(error, handedOver);
        } finally {
          signal.removeEventListener('abort', over);
          transport.close();
        }
      }),
    close: async () => {},
  };
}

function message(
  sending: Sending,
  { from, domain, to }: { from: string; domain: string; to: Sending['to'] },
) {
  const thread = messageId(`thread ${sending.thread}`, domain);
  return {
    from: { name: 'Milepost', address: from },
    to: to.map(({ title, name, address }) => ({ name: title === '' ? name : title, address })),
    // a subject over 200 bytes helps nobody, and the whole stands in the text
    subject: cutLine(sending.subject, 200),
    text: [sending.text, sending.link].filter((part) => part !== null && part !== '').join('\n\n'),
    messageId: messageId(sending.id, domain),
    inReplyTo: thread,
    references: [thread],
    priority: sending.severity === 'critical' && !sending.recovered ? ('high' as const) : ('normal' as const),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
  };
}

function messageId(of: string, domain: string): string {
  return `<${createHash('sha256').update(of).digest('hex').slice(0, 40)}@${domain}>`;
}

function isAddress(text: string): boolean {
  return /^[^\s@<>",;:()[\]\\\p{Cc}]+@[A-Za-z0-9.-]+$/u.test(text);
}

function outcomeOfMail(
  sent: { readonly rejected?: readonly unknown[] } | 'aborted',
  handedOver: boolean,
): SendOutcome {
  if (sent === 'aborted') return unanswered('no answer in time', handedOver);
  const refused = (sent.rejected ?? []).map(String);
  return { kind: 'sent', detail: refused.length === 0 ? null : `refused for ${refused.join(', ')}` };
}

async function aborted(signal: AbortSignal): Promise<'aborted'> {
  const { promise, resolve } = Promise.withResolvers<'aborted'>();
  signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  return promise;
}

/** 5xx will not change by itself, 4xx may; without an answer it depends on whether the content was under way. */
function failureOfMail(error: unknown, handedOver: boolean): SendOutcome {
  if (!(error instanceof Error)) return { kind: 'unknown', reason: String(error) };
  const responseCode = 'responseCode' in error ? error.responseCode : null;
  const reason = excerpt(error.message).slice(2);
  if (typeof responseCode !== 'number' || responseCode === 0) return unanswered(reason, handedOver);
  return responseCode >= 500 ? { kind: 'failed', reason } : { kind: 'retry', after: null, reason };
}

function unanswered(reason: string, handedOver: boolean): SendOutcome {
  return handedOver ? { kind: 'unknown', reason } : { kind: 'retry', after: null, reason };
}
