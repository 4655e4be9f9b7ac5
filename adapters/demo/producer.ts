/**
 * One application of the demo, as a process of its own: it sends its events of the round when their times come, over NATS
 * or HTTP, and knows nothing of Milepost but the form of an event and where it goes. `history` in place of an application
 * sends what all of them reported on earlier days.
 *
 *     NATS_URL=nats://user:password@127.0.0.1:4222 node adapters/demo/producer.ts .milepost trading
 *
 * 1. What lies in the past is sent at once. Ids do not depend on when it runs, so repeats are ignored.
 * 2. An event is sent again until it is acknowledged; the next one waits for that.
 * 3. It ends when its last event is sent, or when the process that started it is gone.
 * 4. A message of the history has what one family reported on one day, the last day first: that is looked at first. Once all
 *    are acknowledged, none is sent again.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type ConnectionOptions, connect, credsAuthenticator } from 'nats';
import { tellHistory } from './history.ts';
import { type Round, readRound, writeRound } from './round.ts';
import { APPLICATION_NAMES, HISTORY, type StoryEvent, tellStory } from './story.ts';

interface Message {
  readonly id: string;
  /** one or more of one family, in their order */
  readonly events: readonly StoryEvent['event'][];
}

/** Sends one message; rejects where trying again may help, and gives the reason where it cannot. */
type Send = (message: Message) => Promise<string | null>;

const RETRY = 500;
/** How many messages of the history are on their way together: they have nothing to do with each other. */
const AT_ONCE = 6;
const ACK_TIMEOUT = 5_000;

async function produce(folder: string, application: string): Promise<void> {
  const round = await readRound(folder);
  if (round === null || ![...APPLICATION_NAMES, HISTORY].includes(application))
    throw new Error(
      `usage: producer FOLDER ${APPLICATION_NAMES.join('|')}|${HISTORY}, after a demo was begun in the folder`,
    );
  if (application === HISTORY) await produceHistory(folder, round);
  else await produceStory(round, application);
}

async function produceStory(round: Round, application: string): Promise<void> {
  const story = tellStory(round, application);
  const began = Date.now();
  const { send, close } = await link(application);
  let caughtUp = false;
  for (const { time, event } of story) {
    if (time > began && !caughtUp) caughtUp = tell('caught-up', '');
    while (Date.now() < time) await delay(Math.min(time - Date.now(), 60_000));
    await sendOne(send, { id: event.id, events: [event] });
  }
  if (!caughtUp) tell('caught-up', '');
  await close();
}

async function produceHistory(folder: string, round: Round): Promise<void> {
  if (round.historySent) return;
  const { send, close } = await link(HISTORY);
  const messages = tellHistory(round)
    .toReversed()
    .map(({ id, events }) => ({ id, events: events.map(({ event }) => event) }));
  for (let at = 0; at < messages.length; at += AT_ONCE)
    await Promise.all(messages.slice(at, at + AT_ONCE).map((message) => sendOne(send, message)));
  await writeRound(folder, { ...round, historySent: true });
  await close();
}

async function sendOne(send: Send, message: Message): Promise<void> {
  const refused = await patiently(() => send(message));
  for (const { id, flow, key = '-' } of message.events)
    process.stderr.write(`${id} ${flow} ${key} ${refused ?? 'sent'}\n`);
  if (refused !== null) tell('trouble', `${message.id} was refused: ${refused}`);
}

async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let said = ''; ; ) {
    try {
      return await attempt();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== said) tell('trouble', `waits: ${reason}`);
      said = reason;
      await delay(RETRY);
    }
  }
}

/** Tells the process that started this one, if there is one. */
function tell(kind: 'caught-up' | 'trouble', text: string): true {
  if (process.connected) process.send?.({ kind, text });
  return true;
}

function link(name: string): Promise<{ readonly send: Send; readonly close: () => Promise<void> }> {
  const { NATS_URL, MILEPOST_URL } = process.env;
  if (NATS_URL) return overNats(NATS_URL, name);
  if (MILEPOST_URL) return Promise.resolve({ send: overHttp(MILEPOST_URL), close: async () => undefined });
  throw new Error('set NATS_URL, or MILEPOST_URL where there is no NATS');
}

async function overNats(url: string, name: string) {
  const options = await natsOptions(url, name);
  const nc = await patiently(() => connect(options));
  const js = nc.jetstream({ timeout: ACK_TIMEOUT });
  const send: Send = async ({ id, events }) => {
    const [first] = events;
    const key = first?.key === undefined ? '' : `.${first.key.replaceAll('/', '.')}`;
    const subject = `milepost.checkpoint.${first?.flow}${key}`;
    await js.publish(subject, textOf(events), { msgID: id });
    return null;
  };
  return { send, close: () => nc.drain() };
}

async function natsOptions(url: string, name: string): Promise<ConnectionOptions> {
  const servers = url.split(',').map((one) => new URL(one.includes('://') ? one : `nats://${one}`));
  const { NATS_CREDS, NATS_CA, NATS_CERT, NATS_KEY } = process.env;
  const named = servers.find(({ username }) => username !== '');
  const [user, pass] = [named?.username, named?.password].map((text) => decodeURIComponent(text ?? ''));
  const secure = servers.some(({ protocol }) => protocol === 'tls:') || NATS_CA || NATS_CERT;
  return {
    servers: servers.map(({ host }) => host),
    name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RETRY,
    ...(user ? (pass ? { user, pass } : { token: user }) : {}),
    ...(NATS_CREDS ? { authenticator: credsAuthenticator(await readFile(NATS_CREDS)) } : {}),
    ...(secure
      ? {
          tls: {
            ...(NATS_CA ? { caFile: NATS_CA } : {}),
            ...(NATS_CERT ? { certFile: NATS_CERT } : {}),
            ...(NATS_KEY ? { keyFile: NATS_KEY } : {}),
          },
        }
      : {}),
  };
}

function overHttp(url: string): Send {
  return async ({ events }) => {
    const answer = await fetch(new URL('/api/v1/events', url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: textOf(events),
      signal: AbortSignal.timeout(ACK_TIMEOUT),
    });
    const said = await answer.text();
    if (answer.ok) return null;
    if (answer.status >= 500 || answer.status === 429) throw new Error(`${url} answers ${answer.status}`);
    return `${answer.status} ${said.slice(0, 200)}`;
  };
}

/** An event a line. */
function textOf(events: Message['events']): string {
  return events.map((event) => JSON.stringify(event)).join('\n');
}

const [folder = '', application = ''] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
try {
  await produce(folder, application);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  tell('trouble', error instanceof Error ? error.message : String(error));
  process.exit(2);
}
