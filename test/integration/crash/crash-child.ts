/**
 * A worker of the pipeline as a process that kills itself: at the n-th passage of a fail point it is gone, as by kill -9.
 * Its one argument is JSON. It ends with code 0 once the stream is applied, nothing is under way and all is written.
 */
import { connect } from 'nats';
import { natsIntake } from '../../../adapters/nats/index.ts';
import { openStorage } from '../../../adapters/storage/index.ts';
import { compileDefinitions } from '../../../definitions/index.ts';
import { createWorker, type FailPoint } from '../../../engine/index.ts';

interface Order {
  readonly database: string;
  readonly nats: { readonly servers: string; readonly user: string; readonly pass: string };
  readonly definitions: string;
  readonly revision: string;
  /** the worker ends once this message is applied */
  readonly last: number;
  readonly kill: {
    readonly point: FailPoint;
    readonly passage: number;
    /** `kill`: gone at once; `hog`: takes memory until there is none; `stall`: computes for so long, ms, then goes on */
    readonly how: 'kill' | 'hog' | number;
  } | null;
}

const order: Order = JSON.parse(process.argv[2] ?? '{}');
const sources = [{ file: 'flows.yaml', text: order.definitions }];
const compile = (from: typeof sources, revision: string) => compileDefinitions(from, revision).definitions;
const definitions = compile(sources, order.revision);
if (definitions === null) throw new Error('the definitions of the crash test have errors');

const nc = await connect(order.nats);
const storage = await openStorage({ url: order.database, role: 'worker' });
const owner = `crash-${process.pid}`;
const identity = { id: owner, name: 'crash', host: 'here', pid: process.pid, address: null };
await storage.leases.partitions(1);
const { workers } = await storage.leases.beat(identity, 60_000);
const dead = workers.map(({ id }) => id).filter((id) => id !== owner);
if (!(await storage.leases.take('0', owner, 60_000, dead))) throw new Error('the partition is not to be had');

let passages = 0;
const worker = createWorker({
  partition: '0',
  owner,
  store: storage.store,
  intake: natsIntake({ nc, partition: '0' }),
  definitions,
  sources,
  compile: (from, revision) => compile([...from], revision),
  now: Date.now,
  batch: 3,
  patience: 50,
  // rows come late, so that there is a journal to come back from
  writes: { rate: 5, burst: 2, age: 60_000, most: 2 },
  at: (point) => {
    if (point !== order.kill?.point) return;
    passages++;
    if (passages !== order.kill.passage) return;
    if (order.kill.how === 'kill') process.kill(process.pid, 'SIGKILL');
    else if (order.kill.how === 'hog') hog();
    else stall(order.kill.how);
  },
});

/** Ends the process as V8 does when its heap is full. */
function hog(): void {
  for (const kept: unknown[] = []; ; ) kept.push(new Array(100_000).fill(kept.length));
}

function stall(milliseconds: number): void {
  console.log('stalled');
  for (const until = performance.now() + milliseconds; performance.now() < until; );
}

for (;;) {
  const turn = await worker.turn();
  if (turn.kind === 'fenced') {
    console.log('fenced');
    process.exit(0);
  }
  if (turn.kind === 'idle' && (worker.position()?.sequence ?? 0) >= order.last) break;
}
await worker.settle();
console.log(JSON.stringify({ passages }));
await storage.leases.leave(owner);
await storage.close();
await nc.close();
