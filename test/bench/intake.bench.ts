/**
 * Intake, end to end: from messages that wait in JetStream to what is committed in PostgreSQL, journal and all guarantees on,
 * 10,000 instances of ten steps live. Beside it, in the same run, the slower of two limits: a bare JetStream consumer
 * that only parses, and a bare COPY of the same journal rows. It measures a backlog being worked off, not latency.
 */
import { AckPolicy } from 'nats';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { againstLimit, type Measurement, median } from './measure.ts';
import { lineMessages, type Rig, startRig } from './pipeline-rig.ts';

const BENCH = 'intake';
const INSTANCES = 10_000;
const EVENTS = 100_000;
const SAMPLES = 5;

/** The lines about intake. */
export async function* measure(): AsyncGenerator<Measurement> {
  const rig = await startRig();
  try {
    yield* withSize(rig, { size: 1, goal: 0.5 });
    yield* withSize(rig, { size: 64, goal: 0.65 });
  } finally {
    await rig.stop();
  }
}

async function* withSize(
  rig: Rig,
  { size, goal }: { size: number; goal: number },
): AsyncGenerator<Measurement> {
  const [ours, parsing, copying]: [number[], number[], number[]] = [[], [], []];
  const oldest: number[] = [];
  for (let sample = 0; sample <= SAMPLES; sample++) {
    const url = await rig.fresh();
    const messages = lineMessages({ instances: INSTANCES, from: 0, count: EVENTS, size });
    await rig.publish(messages);
    const parsed = await parseOnly(rig, messages.length);
    const { milepost } = await rig.up();
    const first = await rig.applied(1);
    const begun = await rig.one('select coalesce(sum(journal), 0)::int as entries from milepost.positions');
    const last = await rig.applied(messages.length);
    const rate = ((EVENTS - Number(begun.entries)) / (last - first)) * 1000;
    const row = await rig.one(
      `select extract(epoch from max(received_at) - min(received_at)) as span from milepost.journal`,
    );
    if (row.span === null) throw new Error('nothing was committed');
    const copied = await copyOnly(url);
    const { age } = await rig.one(
      `select coalesce(extract(epoch from now() - min(updated_at)), 0) as age from milepost.instances where status = 'running'`,
    );
    milepost.signal('SIGTERM');
    await milepost.ended;
    if (sample === 0) continue; // warms up
    ours.push(rate);
    parsing.push(parsed);
    copying.push(copied);
    oldest.push(Number(age));
  }
  const what = size === 1 ? 'one event a message' : `${size} events a message`;
  const [rate, parse, copy] = [median(ours), median(parsing), median(copying)];
  const limit = Math.min(parse, copy);
  yield againstLimit(
    BENCH,
    { measure: `bare consumer that only parses, ${what}`, value: parse, unit: 'a second' },
    { atLeast: 0 },
  );
  yield againstLimit(
    BENCH,
    { measure: `bare COPY of the same rows, ${what}`, value: copy, unit: 'a second' },
    { atLeast: 0 },
  );
  yield againstLimit(BENCH, { measure: `committed, ${what}`, value: rate, unit: 'a second' }, { atLeast: 0 });
  yield againstLimit(
    BENCH,
    { measure: `committed against the slower of the two, ${what}`, value: rate / limit, unit: 'ratio' },
    { atLeast: goal },
  );
  const stale = { measure: `the oldest snapshot right after, ${what}`, value: median(oldest), unit: 's' };
  yield againstLimit(BENCH, stale, { atMost: 10 });
}

/** Events a second of a pull consumer that parses every line and does nothing else. */
async function parseOnly(rig: Rig, messages: number): Promise<number> {
  const jsm = await rig.nc.jetstreamManager();
  await jsm.consumers.add('MILEPOST', { durable_name: 'bare', ack_policy: AckPolicy.None });
  const consumer = await rig.nc.jetstream().consumers.get('MILEPOST', 'bare');
  const decoder = new TextDecoder();
  const begun = performance.now();
  let [seen, events] = [0, 0];
  const read = await consumer.consume({ max_messages: 2000 });
  for await (const message of read) {
    for (const line of decoder.decode(message.data).split('\n')) {
      JSON.parse(line);
      events++;
    }
    if (++seen === messages) break;
  }
  const took = performance.now() - begun;
  await jsm.consumers.delete('MILEPOST', 'bare');
  return (events / took) * 1000;
}

/** Rows a second of COPY, as text, of the journal that was just written, into a table with the same columns and no index. */
async function copyOnly(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const columns = 'flow, key, id, digest, step, kind, time, received_at, event';
  await client.query(`create table bare_journal as select ${columns} from milepost.journal limit 0`);
  const { rows } = await client.query(`select ${columns} from milepost.journal`);
  const lots: string[] = [];
  for (let at = 0; at < rows.length; at += 1000) {
    lots.push(
      rows
        .slice(at, at + 1000)
        .map((row) => `${Object.values(row).map(field).join('\t')}\n`)
        .join(''),
    );
  }
  const begun = performance.now();
  for (const lot of lots) {
    const stream = client.query(copyFrom('copy bare_journal from stdin'));
    await new Promise<void>((resolve, reject) => {
      stream.on('finish', resolve);
      stream.on('error', reject);
      stream.end(lot);
    });
  }
  const took = performance.now() - begun;
  await client.end();
  return (rows.length / took) * 1000;
}

function field(value: unknown): string {
  if (value === null) return '\\N';
  const text = value instanceof Date ? value.toISOString() : String(value);
  return text.replace(
    /[\\\t\n\r]/g,
    (sign) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[sign] ?? sign,
  );
}
