/**
 * SNMP notifications, v2c and v3, as MILEPOST-MIB defines them: one for each alarm that a notice is about.
 *
 * 1. A trap is never answered: `sent` means that it has left. `inform: true` asks for an answer, and without one the
 *    outcome is unknown.
 * 2. v3: the sender is the authority. Its engine id is a setting, since the receiver must know it; its boots grow with
 *    every start, so that a receiver does not take us for a repetition of ourselves.
 */
import snmp from 'net-snmp';
import type { NoticeAlarm, Sending, SendOutcome } from '../../engine/index.ts';
import type { ChannelKind, ChannelWorld, SecretRef } from './channel-kind.ts';
import { cutLine } from './cut-text.ts';
import { Settings } from './read-settings.ts';
import { failedWithoutSecret } from './world-secrets.ts';

/**
 * Where MILEPOST-MIB stands: under Net-SNMP's branch for experiments, since Milepost has no number of its own at IANA. A
 * house that has one moves the MIB there with `enterprise`.
 */
const ENTERPRISE = '1.3.6.1.4.1.8072.9999.9999.4600';
/** bytes of an SnmpAdminString */
const LONGEST_TEXT = 255;

const SEVERITY = { info: 1, warning: 2, critical: 3 } as const;
const NOTIFICATION = { raised: 1, cleared: 2, notice: 3 } as const;

interface SnmpSettings {
  readonly host: string;
  readonly port: number;
  readonly inform: boolean;
  readonly enterprise: string;
  readonly access: V2 | V3;
}
interface V2 {
  readonly version: '2c';
  readonly community: SecretRef;
}
interface V3 {
  readonly version: '3';
  readonly user: string;
  readonly engine: string;
  readonly auth: { readonly protocol: 'sha256' | 'sha512' | 'sha'; readonly secret: SecretRef };
  readonly priv: SecretRef | null;
}

export const SNMP_TRAP: ChannelKind = {
  type: 'snmp',
  about: 'SNMP traps or informs to a manager, by MILEPOST-MIB',
  settings: [
    'host',
    'port',
    'version',
    'inform',
    'enterprise',
    'community',
    'user',
    'engine',
    'auth',
    'password',
    'privacy',
  ],
  check(raw) {
    const settings = new Settings(raw);
    const host = settings.text('host', 'the address of the manager');
    const port = settings.number('port', { least: 1, most: 65535 }, 162);
    const version = settings.choice('version', ['2c', '3'], '3');
    const inform = settings.flag('inform', false);
    const enterprise =
      settings.optionalText('enterprise', 'the object identifier that MILEPOST-MIB is moved to') ??
      ENTERPRISE;
    if (!/^\d+(\.\d+){5,}$/.test(enterprise))
      settings.note('enterprise', 'must be an object identifier such as 1.3.6.1.4.1.N.1');
    const access = version === '2c' ? readV2(settings) : readV3(settings);
    const problems = settings.finish('snmp');
    if (problems.length > 0 || access === null) return { ok: false, problems };
    const read: SnmpSettings = { host, port, inform, enterprise, access };
    return { ok: true, channel: { open: (world) => openSnmp(read, world) } };
  },
};

function readV2(settings: Settings): V2 | null {
  const community = settings.secret('community', 'the community string');
  return community === null ? null : { version: '2c', community };
}

function readV3(settings: Settings): V3 | null {
  const user = settings.text('user', 'the name of the SNMPv3 user');
  const engine = settings.text(
    'engine',
    'the engine id of this sender, 10 to 64 hex digits, as the receiver has it',
  );
  if (engine !== '' && !/^([0-9a-fA-F]{2}){5,32}$/.test(engine))
    settings.note('engine', 'must be 10 to 64 hex digits');
  const protocol = settings.choice('auth', ['sha256', 'sha512', 'sha'], 'sha256');
  const secret = settings.secret('password', 'the password of authentication');
  const priv = settings.optionalSecret('privacy', 'the password of privacy (AES)');
  return secret === null ? null : { version: '3', user, engine, auth: { protocol, secret }, priv };
}

type Session = ReturnType<typeof snmp.createSession>;

function openSnmp(settings: SnmpSettings, world: ChannelWorld) {
  const started = world.now();
  let sockets: Session[] = [];
  return {
    send: (sending: Sending, signal: AbortSignal) =>
      failedWithoutSecret(async () => {
        const session = await openSession(settings, world, started);
        sockets.push(session);
        try {
          const upTime = Math.floor((world.now() - started) / 10);
          return await sendAll({ session, settings, sending, upTime, signal });
        } finally {
          session.close();
          sockets = sockets.filter((each) => each !== session);
        }
      }),
    close: async () => {
      for (const session of sockets) session.close();
    },
  };
}

async function openSession(settings: SnmpSettings, world: ChannelWorld, started: number): Promise<Session> {
  const { host, port, access } = settings;
  const common = {
    trapPort: port,
    port,
    retries: 1,
    timeout: 3000,
    ...(host.includes(':') ? { transport: 'udp6' as const } : {}),
  };
  if (access.version === '2c') {
    return snmp.createSession(host, await world.secret(access.community), {
      ...common,
      version: snmp.Version2c,
    });
  }
  const auth = {
    sha: snmp.AuthProtocols.sha,
    sha256: snmp.AuthProtocols.sha256,
    sha512: snmp.AuthProtocols.sha512,
  };
  const user = {
    name: access.user,
    level: access.priv === null ? snmp.SecurityLevel.authNoPriv : snmp.SecurityLevel.authPriv,
    authProtocol: auth[access.auth.protocol],
    authKey: await world.secret(access.auth.secret),
    ...(access.priv === null
      ? {}
      : { privProtocol: snmp.PrivProtocols.aes, privKey: await world.secret(access.priv) }),
  };
  const session = snmp.createV3Session(host, user, { ...common, engineID: access.engine });
  if (!settings.inform) tellEngineTime(session, { started, now: world.now() });
  return session;
}

/**
 * The library leaves the authority's boots and time at 0, and a receiver drops what is 150 seconds older than what it knows
 * (RFC 3414, 3.2.7): so every trap after the first minutes. Boots are the seconds to our start, from 2026 on.
 */
function tellEngineTime(session: Session, { started, now }: { started: number; now: number }): void {
  const send = session.send.bind(session);
  session.send = (request, noWait) => {
    const { msgSecurityParameters: said } = request.message;
    if (said !== undefined) {
      said.msgAuthoritativeEngineBoots = Math.max(1, Math.floor((started - Date.UTC(2026)) / 1000));
      said.msgAuthoritativeEngineTime = Math.max(0, Math.floor((now - started) / 1000));
    }
    return send(request, noWait);
  };
}

async function sendAll(order: {
  readonly session: Session;
  readonly settings: SnmpSettings;
  readonly sending: Sending;
  readonly upTime: number;
  readonly signal: AbortSignal;
}): Promise<SendOutcome> {
  const { sending, signal } = order;
  const about = sending.alarms.length === 0 ? [null] : sending.alarms;
  let left = 0;
  for (const alarm of about) {
    if (signal.aborted)
      return { kind: left > 0 ? 'unknown' : 'retry', after: null, reason: 'no answer in time' };
    const error = await sendOne(order, alarm);
    if (error !== null) {
      const certain = left === 0 && !order.settings.inform;
      const reason = `${error.message}${order.settings.inform ? ' (an inform that the manager must answer)' : ''}`;
      return certain ? { kind: 'retry', after: null, reason } : { kind: 'unknown', reason };
    }
    left++;
  }
  return { kind: 'sent', detail: order.settings.inform ? null : 'a trap is not answered' };
}

function sendOne(
  order: {
    readonly session: Session;
    readonly settings: SnmpSettings;
    readonly sending: Sending;
    readonly upTime: number;
  },
  alarm: NoticeAlarm | null,
): Promise<Error | null> {
  const { session, settings, sending, upTime } = order;
  const kind =
    alarm === null ? 'notice' : alarm.clearedAt === null && !sending.recovered ? 'raised' : 'cleared';
  const oid = `${settings.enterprise}.0.${NOTIFICATION[kind]}`;
  const varbinds = bindings(settings.enterprise, sending, alarm);
  const { promise, resolve } = Promise.withResolvers<Error | null>();
  const done = (error: Error | null) => resolve(error);
  if (settings.inform) session.inform(oid, varbinds, { upTime }, done);
  else session.trap(oid, varbinds, { upTime }, done);
  return promise;
}

/** The objects of MILEPOST-MIB in the order of its notifications. */
function bindings(enterprise: string, sending: Sending, alarm: NoticeAlarm | null) {
  const text = (column: number, value: string) => ({
    oid: `${enterprise}.1.1.${column}.0`,
    type: snmp.ObjectType.OctetString,
    value: cutLine(value, LONGEST_TEXT),
  });
  const number = (column: number, value: number) => ({
    oid: `${enterprise}.1.1.${column}.0`,
    type: snmp.ObjectType.Integer32,
    value,
  });
  return [
    text(1, sending.id),
    text(2, alarm?.id ?? sending.thread),
    text(3, alarm?.flow ?? ''),
    text(4, alarm?.key ?? ''),
    text(5, alarm?.step ?? ''),
    text(6, alarm?.name ?? sending.kind),
    number(7, SEVERITY[alarm?.severity ?? sending.severity]),
    text(8, alarm === null ? sending.subject : alarm.text === '' ? sending.subject : alarm.text),
    number(9, Math.min(alarm?.count ?? 1, 2 ** 31 - 1)),
    text(10, new Date(alarm?.raisedAt ?? sending.at).toISOString()),
    text(11, alarm?.clearedAt == null ? '' : new Date(alarm.clearedAt).toISOString()),
    text(12, alarm?.group ?? ''),
    text(13, sending.link ?? ''),
  ];
}
