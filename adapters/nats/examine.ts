/**
 * What is there and what is missing on the side of NATS, for whoever sets it up. It changes nothing: the only things it
 * makes are a consumer of its own for a moment, to read the server's clock, and probes that no stream keeps.
 */
import {
  AckPolicy,
  type ConsumerInfo,
  Events,
  type JetStreamManager,
  type NatsConnection,
  nanos,
  type StreamInfo,
} from 'nats';
import { type Check, checked, skewCheck } from '../check.ts';
import { connectNats, type NatsOptions, NatsSettingError } from './connect.ts';
import { NOTICE_STREAM, noticeStreamFault } from './notice-stream.ts';
import { mappingLines, streamSubjects } from './partition-subjects.ts';
import { type Probe, probeMapping } from './probe.ts';
import { apiCode, findStream, STREAM_NAME, type StreamSettings, streamFindings } from './stream.ts';

export interface NatsExamination {
  readonly nats: NatsOptions;
  readonly partitions: number;
  readonly stream?: StreamSettings;
  /** how long the server may take to answer, ms; default 5000 */
  readonly patience?: number;
}

/** Everything that can be found out with the rights of this user; never rejects for what it finds. */
export async function examineNats(options: NatsExamination): Promise<readonly Check[]> {
  const patience = options.patience ?? 5_000;
  let why = 'no answer';
  let nc: NatsConnection;
  try {
    nc = await connectNats({
      ...options.nats,
      name: 'milepost-doctor',
      signal: AbortSignal.timeout(patience),
      onNotice: ({ state, text }) => {
        if (state === 'waiting') why = text.replace(/^waiting for /, '');
      },
    });
  } catch (error) {
    if (error instanceof NatsSettingError) return [checked('nats', 'fault', error.message)];
    return [
      checked('nats', 'fault', why, {
        remedy: 'start the server, or set NATS_URL (with user and password, or NATS_CREDS) to one that runs',
      }),
    ];
  }
  try {
    const denied = denials(nc);
    const { there, checks } = await streamChecks(nc, options);
    const sorting = await sortingChecks(nc, options.partitions, there);
    return [serverCheck(nc), ...checks, ...sorting, await rightsCheck(nc, denied)];
  } catch (error) {
    return [checked('nats', 'fault', `it could not be looked at: ${reasonOf(error)}`)];
  } finally {
    await nc.close();
  }
}

function serverCheck(nc: NatsConnection): Check {
  const version = nc.info?.version ?? 'unknown';
  const text = `nats-server ${version} at ${nc.getServer()}`;
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < 2 || (major === 2 && minor < 9))
    return checked('nats server', 'fault', text, {
      remedy: '2.9 is the oldest that Milepost works with: update it',
    });
  if (major === 2 && minor < 10)
    return checked(
      'nats server',
      'note',
      `${text}: a power cut may take the last two minutes of acknowledged events; 2.10 has sync_interval: always`,
    );
  return checked('nats server', 'ok', text);
}

async function streamChecks(
  nc: NatsConnection,
  options: NatsExamination,
): Promise<{ readonly there: boolean; readonly checks: readonly Check[] }> {
  const jsm = await nc.jetstreamManager({ checkAPI: false, timeout: 3_000 });
  const account = await jsm.getAccountInfo().catch((error: unknown) => error);
  if (account instanceof Error)
    return {
      there: false,
      checks: [
        checked('jetstream', 'fault', `not there, or not allowed (${account.message})`, {
          remedy: 'turn it on in the configuration of the server, and in the account of this user',
          lines: ['jetstream { store_dir: "/var/lib/nats", max_file_store: 10G }'],
        }),
      ],
    };
  const settings = { ...options.stream, partitions: options.partitions };
  const info = await findStream(jsm, settings.name ?? STREAM_NAME);
  if (info === null)
    return {
      there: false,
      checks: [
        checked('jetstream', 'ok', 'there'),
        checked(
          'stream',
          'note',
          `there is no stream ${settings.name ?? STREAM_NAME} yet: the first worker makes it, on ${streamSubjects(options.partitions).join(', ')}`,
        ),
      ],
    };
  return {
    there: true,
    checks: [
      checked('jetstream', 'ok', 'there'),
      ...configChecks(info, settings),
      roomCheck(info),
      ...(await noticeChecks(jsm)),
      await clockCheck(jsm, info),
      ...(await readerChecks(jsm, info, options.partitions)),
    ],
  };
}

function configChecks(info: StreamInfo, settings: StreamSettings): readonly Check[] {
  const { fields, faults, warnings } = streamFindings(info, settings);
  const edit = `nats stream edit ${info.config.name} --subjects ${streamSubjects(settings.partitions ?? 1)
    .map((one) => `'${one}'`)
    .join(',')} --discard new --dupe-window 2m`;
  return [
    ...fields.map(({ name, found, wanted }) =>
      checked(
        `stream ${name}`,
        'ok',
        found === wanted ? found : `${found} (${wanted} where Milepost makes it)`,
      ),
    ),
    ...faults.map((text) =>
      checked('stream', 'fault', text, {
        remedy: 'change the stream, or remove it once its messages are no longer needed',
        lines: [edit],
      }),
    ),
    ...warnings.map((text) =>
      checked('stream', 'warning', text, { remedy: 'change the stream', lines: [edit] }),
    ),
  ];
}

function roomCheck({ config, state }: StreamInfo): Check {
  const used = `${(state.bytes / 1024 ** 2).toFixed(1)} MiB in ${state.messages} messages`;
  if (config.max_bytes <= 0) return checked('stream room', 'ok', `${used}, without a limit`);
  const share = state.bytes / config.max_bytes;
  const text = `${used}, ${Math.round(share * 100)} % of what it may hold`;
  if (share < 0.7) return checked('stream room', 'ok', text);
  return checked('stream room', share < 0.9 ? 'warning' : 'fault', `${text}; a full stream refuses events`, {
    remedy: 'see that the workers keep up (lag below), or give it more room',
    lines: [`nats stream edit ${config.name} --max-bytes ${config.max_bytes * 2}`],
  });
}

/** The notices that wait for relays; nothing is said where none was ever left for one. */
async function noticeChecks(jsm: JetStreamManager): Promise<readonly Check[]> {
  const info = await findStream(jsm, NOTICE_STREAM);
  if (info === null) return [];
  const { config, state } = info;
  const wrong = noticeStreamFault(config);
  if (wrong !== null) return [checked('notices for relays', 'fault', wrong)];
  if (state.messages === 0) return [checked('notices for relays', 'ok', 'none wait')];
  const minutes = Math.floor((Date.now() - Date.parse(state.first_ts)) / 60_000);
  const text = `${state.messages} wait, the oldest for ${minutes} min`;
  const full = state.bytes / config.max_bytes;
  if (minutes < 5 && full < 0.7) return [checked('notices for relays', 'ok', text)];
  return [
    checked('notices for relays', minutes < 60 && full < 0.9 ? 'warning' : 'fault', text, {
      remedy: `see that \`milepost relay\` runs where they go (nats stream subjects ${NOTICE_STREAM} says to which), and what it says`,
    }),
  ];
}

/** The server stamps a consumer with its time when it makes it. */
async function clockCheck(jsm: JetStreamManager, info: StreamInfo): Promise<Check> {
  const before = Date.now();
  try {
    const consumer = await jsm.consumers.add(info.config.name, {
      description: 'read for its time of creation by milepost doctor',
      ack_policy: AckPolicy.None,
      filter_subject: 'milepost.checkpoint._probe.>',
      inactive_threshold: nanos(1_000),
    });
    const after = Date.now();
    await jsm.consumers.delete(info.config.name, consumer.name).catch(() => false);
    return skewCheck('nats clock', Date.parse(consumer.created), { before, after });
  } catch (error) {
    return checked('nats clock', 'note', `could not be read: ${reasonOf(error)}`);
  }
}

async function readerChecks(
  jsm: JetStreamManager,
  info: StreamInfo,
  partitions: number,
): Promise<readonly Check[]> {
  const found: ConsumerInfo[] = [];
  for await (const consumer of jsm.consumers.list(info.config.name)) found.push(consumer);
  const names = Array.from({ length: partitions }, (_, index) => `milepost-${index}`);
  if (partitions > 1) names.push('milepost-unsorted');
  return names.map((name) => {
    const consumer = found.find((one) => one.name === name);
    if (consumer === undefined)
      return checked(`reader ${name}`, 'warning', 'nobody has read this since the stream was made', {
        remedy: 'start a worker: milepost up, or milepost worker',
      });
    const waiting = consumer.num_pending + consumer.num_ack_pending;
    const text = `${waiting === 0 ? 'nothing waits' : `${waiting} messages wait or are not committed`}`;
    if (consumer.num_pending === 0 || consumer.num_waiting > 0 || waiting < 10_000)
      return checked(`reader ${name}`, 'ok', text);
    return checked(`reader ${name}`, 'warning', `${text}, and nobody asks for them`, {
      remedy: 'see the log of the worker that has this partition; is one running?',
    });
  });
}

/** `taken`: whether there is a stream that should take what is sorted. */
async function sortingChecks(
  nc: NatsConnection,
  partitions: number,
  taken: boolean,
): Promise<readonly Check[]> {
  const probes = await probeMapping(nc, partitions);
  const lines = [
    '# at the top level of the configuration of nats-server, or inside the account that Milepost uses',
    ...mappingLines(partitions),
  ];
  const checks: Check[] = [];
  const back = probes.filter(({ seen }) => seen !== null);
  if (back.length < probes.length)
    checks.push(
      checked(
        'partitions',
        'note',
        `${probes.length - back.length} of ${probes.length} probes did not come back: how this server sorts cannot be seen with the rights of this user`,
      ),
    );
  else checks.push(sortingCheck(probes, partitions, lines));
  const refused = probes.filter((probe) => !probe.taken);
  if (taken && back.length > 0 && refused.length > 0)
    checks.push(
      checked(
        'partitions',
        'warning',
        `no stream takes ${refused[0]?.seen ?? refused[0]?.sent}, and ${refused.length - 1} more probes: events there are refused`,
        {
          remedy: 'make the mappings, the subjects of the stream and the number of partitions agree',
          lines: partitions > 1 ? lines : [],
        },
      ),
    );
  return checks;
}

function sortingCheck(probes: readonly Probe[], partitions: number, lines: readonly string[]): Check {
  const wrong = probes.filter(({ seen, wanted }) => seen !== wanted);
  const unsorted = probes.filter(({ sent, seen }) => seen === sent);
  if (partitions === 1 && wrong.length > 0)
    return checked(
      'partitions',
      'note',
      `there is one partition, and the server sorts into several (${wrong[0]?.seen}): it costs nothing, and the mappings can go`,
    );
  if (wrong.length === 0)
    return checked(
      'partitions',
      'ok',
      partitions === 1
        ? 'one: nothing is to be sorted'
        : `the server sorts into ${partitions} as it should, seen with ${probes.length} probes`,
    );
  if (unsorted.length === probes.length)
    return checked(
      'partitions',
      'warning',
      `there are ${partitions}, and the server does not sort: the worker that has partition 0 passes on everything, which is slower`,
      {
        remedy: 'add the mappings, then reload the server (nats-server --signal reload)',
        lines,
      },
    );
  return checked(
    'partitions',
    'fault',
    `the server sorts otherwise than into these ${partitions}: ${wrong[0]?.sent} becomes ${wrong[0]?.seen}, and should become ${wrong[0]?.wanted}`,
    {
      remedy:
        'replace the mappings of milepost.checkpoint by these, then reload the server (nats-server --signal reload)',
      lines,
    },
  );
}

/** Collects what the server says that this user may not do. */
function denials(nc: NatsConnection): Set<string> {
  const denied = new Set<string>();
  const collect = async () => {
    for await (const status of nc.status()) {
      if (status.type === Events.Error && status.permissionContext !== undefined)
        denied.add(`${status.permissionContext.operation} ${status.permissionContext.subject}`);
    }
  };
  void collect();
  return denied;
}

/** Tries what a worker and an API do beyond reading the stream; probes so far have shown the rest. */
async function rightsCheck(nc: NatsConnection, denied: Set<string>): Promise<Check> {
  for (const subject of ['milepost.status._probe.x', 'milepost.alarm._probe.x']) nc.publish(subject);
  const listening = ['milepost.api._probe', 'milepost.canary._probe'].map((subject) =>
    nc.subscribe(subject, { callback: () => undefined }),
  );
  await nc.flush();
  for (const one of listening) one.unsubscribe();
  await nc.flush();
  const refused = [...denied].filter((one) => !one.includes('$SYS'));
  if (refused.length === 0)
    return checked('nats rights', 'ok', 'nothing that was tried is denied to this user');
  return checked('nats rights', 'warning', `denied to this user: ${refused.join(', ')}`, {
    remedy: 'give the user of workers and API these rights',
    lines: [
      'permissions: {',
      '  publish: ["milepost.>", "$JS.API.>", "$JS.ACK.>", "_INBOX.>"]',
      '  subscribe: ["milepost.>", "$SRV.>", "_INBOX.>"]',
      '}',
    ],
  });
}

function reasonOf(error: unknown): string {
  const code = apiCode(error);
  return `${error instanceof Error ? error.message : String(error)}${code > 0 ? ` (${code})` : ''}`;
}
