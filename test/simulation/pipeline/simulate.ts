/**
 * One seed of the pipeline: workers that run the code of production over models of the database, the stream and the
 * network, through everything that goes wrong in a few hours, and then in peace until nothing is left to be done.
 */
import type { MemoryStorage } from '../../../adapters/storage/index.ts';
import type { Definitions } from '../../../definitions/index.ts';
import { Random } from '../random.ts';
import { DatabaseModel } from './database.ts';
import { Invariants, idsOf, type Violation } from './invariants.ts';
import { type Node, type Plant, startNode, type Timing } from './node.ts';
import { differences, wantedOf } from './oracle.ts';
import { CALM, type Odds, SimulatedProcess } from './process.ts';
import { Producers } from './producers.ts';
import { Reached } from './reached.ts';
import { Scheduler } from './scheduler.ts';
import { StreamModel } from './stream.ts';
import type { TellingPlant } from './teller.ts';
import { Telling } from './telling.ts';

export interface SimulateOptions {
  readonly seed: number;
  readonly definitions: Definitions;
  readonly plant?: Plant & TellingPlant & { readonly storage?: (storage: MemoryStorage) => MemoryStorage };
  /** told of everything that happens */
  readonly trace?: (text: string) => void;
}

export interface Report {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly reached: ReadonlyMap<string, number>;
  readonly hash: string;
  /** virtual time, ms */
  readonly lasted: number;
  readonly steps: number;
}

const START = Date.parse('2026-11-23T08:00:00Z');
const MINUTE = 60_000;
/** How long things go wrong, ms. */
const DISTURBED = 100 * MINUTE;
/** How many steps the pipeline may take to come to rest. */
const BUDGET = 60_000;
const SKEW = 2_000;
const TIMING: Timing = { ttl: 60_000, beat: 15_000, rest: 5_000, patience: 30_000 };

/** Runs one seed to its end, or to the first thing that must not be. */
export async function simulate(options: SimulateOptions): Promise<Report> {
  const world = new World(options);
  await world.run();
  return {
    seed: options.seed,
    violations: world.violations,
    reached: world.reached.counts,
    hash: world.scheduler.hash,
    lasted: world.scheduler.now - START,
    steps: world.scheduler.steps,
  };
}

class World {
  readonly scheduler: Scheduler;
  readonly reached = new Reached();
  readonly violations: Violation[] = [];
  readonly #options: SimulateOptions;
  readonly #random: Random;
  readonly #partitions: number;
  readonly #database: DatabaseModel;
  readonly #stream: StreamModel;
  readonly #producers: Producers;
  readonly #invariants: Invariants;
  readonly #telling: Telling;
  readonly #nodes = new Map<string, Node>();
  readonly #processes = new Map<string, SimulatedProcess>();
  readonly #batch: number;
  readonly #writes: NonNullable<Parameters<typeof startNode>[0]['writes']>;
  readonly #seesGone: boolean;
  /** what was found so far of what a database has */
  #known: { of: MemoryStorage | null; ids: Set<string>; places: Map<string, number>; rejected: number } = {
    ...{ of: null, ids: new Set(), places: new Map(), rejected: 0 },
  };
  #odds: Odds;
  #started = 0;
  #calm = false;

  constructor(options: SimulateOptions) {
    this.#options = options;
    this.scheduler = new Scheduler(START, options.trace ?? null);
    const random = new Random(options.seed);
    this.#random = random;
    const { scheduler, reached } = this;
    const sometimes = (odds: number) => (random.chance(0.6) ? odds * random.next() : 0);
    this.#odds = {
      refused: sometimes(0.02),
      unknown: sometimes(0.02),
      delayed: sometimes(0.01),
      killed: sometimes(0.002),
      frozen: sometimes(0.002),
    };
    this.#partitions = random.pick([1, 1, 2, 3]) ?? 1;
    this.#batch = random.pick([1, 5, 1000]) ?? 1000;
    this.#writes =
      random.pick([
        {},
        { rate: 0, burst: 2, age: 300_000 },
        { rate: 0.01, burst: 3, age: 60_000, most: 2 },
      ]) ?? {};
    this.#seesGone = random.chance(0.5);
    this.#telling = new Telling({
      ...{ scheduler, reached, definitions: options.definitions, plant: options.plant ?? {} },
      ...{ random: random.fork(4), start: START, lasts: DISTURBED, odds: () => this.#odds },
      database: () => this.#database,
      violated: (violation) => this.violations.push(violation),
    });
    this.#database = new DatabaseModel({
      scheduler,
      reached,
      skew: random.between(-1_000, 1_000),
      committed: (attempt) => {
        this.#invariants.committed(attempt);
        this.#telling.committed(attempt.batch);
      },
      opened: (partition, by) => this.#invariants.opened(partition, by),
      fellBack: (end) => {
        this.#invariants.fellBack(end);
        this.#telling.invariants.fellBack(end);
      },
      witness: this.#telling.invariants,
      ...(options.plant?.storage === undefined ? {} : { plant: options.plant.storage }),
      ...(options.plant?.notices === undefined ? {} : { plantNotices: options.plant.notices }),
    });
    this.#stream = new StreamModel({
      ...{ scheduler, reached, partitions: this.#partitions },
      random: random.fork(1),
      sorts: random.chance(0.7),
    });
    this.#invariants = new Invariants({
      ...{ scheduler, reached, stream: this.#stream },
      skew: SKEW,
      isKnown: (id) => this.#found().has(id),
      violated: (violation) => this.violations.push(violation),
    });
    this.#producers = new Producers({
      ...{ scheduler, reached, stream: this.#stream, start: START },
      random: random.fork(2),
      lasts: DISTURBED,
      instances: random.between(5, 40),
      disturbed: () => !this.#calm,
    });
  }

  async run(): Promise<void> {
    const broken = () => this.violations.length > 0;
    await this.#database.change(({ leases }) => leases.partitions(this.#partitions));
    for (let n = this.#random.between(1, 3); n > 0; n--) this.#start();
    this.#planFaults();
    this.#telling.begin();
    if (await this.scheduler.run(START + DISTURBED, broken)) return;
    this.#makeCalm();
    const steps = this.scheduler.steps;
    const rest = () => broken() || this.scheduler.steps - steps > BUDGET || this.#isQuiet();
    await this.scheduler.run(START + 3 * DISTURBED, rest);
    if (broken()) return;
    if (!this.#isQuiet()) return this.#violated('LIVENESS', this.#unrest());
    // what is due after the last event
    await this.scheduler.run(this.scheduler.now + 45 * MINUTE, broken);
    const end = this.scheduler.now;
    const stopping = new Map(this.#nodes);
    for (const [name, node] of this.#nodes)
      node.stop().then(
        () => stopping.delete(name),
        (error: unknown) => this.#violated('LIVENESS', `${name} does not stop: ${String(error)}`),
      );
    await this.scheduler.run(end + 20 * MINUTE, () => broken() || stopping.size === 0);
    if (broken()) return;
    if (stopping.size > 0)
      return this.#violated('LIVENESS', `${[...stopping.keys()].join(' ')} does not stop`);
    this.#checkRest(end);
    await this.#telling.finish(broken);
  }

  #violated(rule: string, text: string): void {
    this.violations.push({ rule, text, time: this.scheduler.now });
  }

  #start(): void {
    const name = `w${++this.#started}`;
    const random = this.#random.fork(1000 + this.#started);
    const process = new SimulatedProcess(name, {
      skew: random.between(-SKEW / 2, SKEW / 2),
      around: {
        ...{ scheduler: this.scheduler, random, reached: this.reached },
        odds: () => (this.#calm ? CALM : this.#odds),
        longestFreeze: TIMING.ttl * 4,
      },
      killed: () => {
        this.#nodes.delete(name);
        if (this.#nodes.size === 0) this.reached.add('all workers down');
        const pause = random.chance(0.3) ? random.between(60_000, 900_000) : random.between(500, 20_000);
        this.scheduler.after(this.#calm ? 500 : pause, 'start', () => this.#start());
      },
    });
    this.#processes.set(name, process);
    const node = startNode({
      ...{ process, database: this.#database, stream: this.#stream },
      definitions: this.#options.definitions,
      timing: TIMING,
      batch: this.#batch,
      writes: this.#writes,
      isGone: ({ id }) => this.#seesGone && this.#processes.get(id)?.alive === false,
      plant: this.#options.plant ?? {},
      now: () => this.scheduler.now - START,
    });
    if (process.alive) this.#nodes.set(name, node);
  }

  #planFaults(): void {
    const random = this.#random.fork(3);
    const plan = (name: string, most: number, happen: () => void) => {
      const times = random.chance(0.5) ? random.between(1, most) : 0;
      for (let n = 0; n < times; n++)
        this.scheduler.after(random.between(MINUTE, DISTURBED), name, () => {
          if (this.#calm) return;
          this.reached.add(name);
          happen();
        });
    };
    const aNode = () => random.pick([...this.#nodes.values()]);
    plan('database down', 3, () => {
      this.#database.up = false;
      this.scheduler.after(random.between(1_000, 240_000), 'database up', () => {
        this.#database.up = true;
      });
    });
    plan('failover', 4, () => {
      const lost = this.#database.failover(random.between(0, 60_000));
      if (lost > 0) this.reached.add('failover that lost something');
    });
    plan('stream down', 3, () => {
      this.#stream.up = false;
      this.scheduler.after(random.between(1_000, 240_000), 'stream up', () => {
        this.#stream.up = true;
      });
    });
    plan('stream lost', 1, () => {
      this.#stream.remake();
      this.#producers.republish();
    });
    plan('worker killed', 4, () => aNode()?.process.kill('at any time'));
    plan('worker frozen', 4, () => aNode()?.process.freeze('at any time'));
    plan('everything killed', 1, () => {
      for (const node of [...this.#nodes.values()]) node.process.kill('with all others');
    });
    plan('worker stopped cleanly', 3, () => {
      const node = aNode();
      if (node === undefined) return;
      const { name } = node.process;
      void node.stop().then(
        () => {
          if (!this.#nodes.delete(name)) return;
          node.process.alive = false;
          this.reached.add('clean stop');
          this.#start();
        },
        () => node.process.kill('while stopping'),
      );
    });
  }

  #makeCalm(): void {
    this.#calm = true;
    this.#database.up = true;
    this.#stream.up = true;
    this.#telling.makeCalm();
    if (this.#nodes.size === 0) this.#start();
  }

  #isQuiet(): boolean {
    return this.#producers.quiet && this.#unapplied() === null && this.#missing().length === 0;
  }

  /** The first message that no position has passed. */
  #unapplied(): string | null {
    const { positions } = this.#database.storage.tables;
    for (let n = 0; n < this.#partitions; n++) {
      const position = positions.get(String(n));
      const here = position?.incarnation.split('~')[0] === this.#stream.incarnation;
      const from = here ? (position?.sequence ?? 0) : 0;
      const next = this.#stream.after(String(n), from).next();
      if (next.done !== true) return `${n}/${next.value.sequence}`;
    }
    return null;
  }

  /** Accepted ids that are neither in the journal nor rejected. */
  #missing(): readonly string[] {
    const found = this.#found();
    return [...this.#producers.accepted].filter((id) => !found.has(id));
  }

  /** The ids in the journal and of what was rejected; what a database has is only added to. */
  #found(): ReadonlySet<string> {
    const { storage } = this.#database;
    if (this.#known.of !== storage)
      this.#known = { of: storage, ids: new Set(), places: new Map(), rejected: 0 };
    const { ids, places } = this.#known;
    for (const [partition, entries] of storage.tables.places) {
      for (let at = places.get(partition) ?? 0; at < entries.length; at++) ids.add(entries[at]?.id ?? '');
      places.set(partition, entries.length);
    }
    if (storage.tables.rejected.size > this.#known.rejected) {
      for (const { entry } of [...storage.tables.rejected.values()].slice(this.#known.rejected))
        for (const id of idsOf({ ...entry, sequence: 0, storedAt: 0 })) ids.add(id);
      this.#known.rejected = storage.tables.rejected.size;
    }
    return ids;
  }

  #unrest(): string {
    const missing = this.#missing();
    const owners = [...this.#database.storage.tables.leases].map(([name, { owner }]) => `${name}:${owner}`);
    return [
      `producers ${this.#producers.quiet ? 'quiet' : 'busy'}, not applied ${this.#unapplied()}`,
      `missing ${missing.length} (${missing.slice(0, 5).join(', ')}), owners ${owners.join(' ')}`,
      `workers ${[...this.#nodes.keys()].join(' ')}`,
    ].join('; ');
  }

  #checkRest(end: number): void {
    const { tables } = this.#database.storage;
    const missing = this.#missing();
    if (missing.length > 0) this.#violated('NO-LOSS', missing.join(', '));
    const seen = new Set<string>();
    for (const { events } of tables.journal.values())
      for (const { id, flow, key } of events) {
        const name = `${flow} ${key} ${id}`;
        if (seen.has(name)) this.#violated('ONCE', name);
        seen.add(name);
      }
    for (let n = 0; n < this.#partitions; n++) {
      const partition = String(n);
      const first = this.#invariants.first.get(partition);
      if (first === undefined) {
        this.#violated('LIVENESS', `nobody ever worked on ${partition}`);
        continue;
      }
      const { definitions } = this.#options;
      const of = { partition, partitions: this.#partitions };
      const wanted = wantedOf({ tables, definitions, ...of, first });
      const found = differences(tables, of, wanted);
      if (found.length > 0) this.#violated('STATE', found.slice(0, 3).join('\n'));
      const left = wanted.leftAt(end - 2 * MINUTE);
      if (left.length > 0) this.#violated('STILL-DUE', left.join(', '));
      const position = tables.positions.get(partition);
      if (position?.mark !== position?.journal) this.#violated('UNWRITTEN', `of partition ${partition}`);
    }
  }
}
