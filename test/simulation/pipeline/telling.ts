/** Telling people in the simulated system: who tells, what stands at the ends of the channels, and what operators do. */
import type { Definitions } from '../../../definitions/index.ts';
import type { Batch, HandlingAct } from '../../../engine/index.ts';
import type { Random } from '../random.ts';
import { type DatabaseModel, KEPT_CHANGES } from './database.ts';
import { Endpoints, type Mood } from './endpoints.ts';
import type { Violation } from './invariants.ts';
import { NoticeInvariants } from './notice-invariants.ts';
import { untold } from './notice-rest.ts';
import { CALM, type Odds, SimulatedProcess } from './process.ts';
import type { Reached } from './reached.ts';
import type { Scheduler } from './scheduler.ts';
import { LEASE, startTeller, type Teller, type TellingPlant } from './teller.ts';

export interface TellingOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly reached: Reached;
  readonly definitions: Definitions;
  readonly database: () => DatabaseModel;
  readonly plant: TellingPlant;
  readonly odds: () => Odds;
  readonly violated: (violation: Violation) => void;
  /** when things begin to go wrong, and for how long they do, ms */
  readonly start: number;
  readonly lasts: number;
}

const MINUTE = 60_000;
const SKEW = 2_000;
/** What the policy of the simulated definitions says. */
const WAIT = 30_000;
const CHANNELS = ['desk', 'group', 'pager', 'machine'];
const MOODS: readonly Mood[] = ['down', 'patience', 'silent'];
/** How long everything may take to be told once nothing goes wrong any more, ms. */
const LONGEST = 180 * MINUTE;

export class Telling {
  readonly invariants: NoticeInvariants;
  readonly #options: TellingOptions;
  readonly #endpoints: Endpoints;
  readonly #tellers = new Map<string, Teller>();
  #started = 0;
  /** nobody begins to tell before */
  #awayUntil = 0;
  #calm = false;
  /** whether changes were removed that no notifier had taken */
  #gap = false;

  constructor(options: TellingOptions) {
    this.#options = options;
    const { scheduler, reached, random, definitions, violated } = options;
    const channels = [...definitions.notifying.channels];
    this.invariants = new NoticeInvariants({
      ...{ scheduler, reached, violated, skew: SKEW, wait: WAIT },
      quotas: new Map(channels.flatMap(([name, { quota }]) => (quota === null ? [] : [[name, quota]]))),
    });
    this.#endpoints = new Endpoints({
      ...{ scheduler, reached, random: random.fork(1), disturbed: () => !this.#calm },
      arrived: (sending, by, taken) => this.invariants.arrived(sending, by, taken),
    });
  }

  begin(): void {
    for (let n = this.#options.random.between(1, 3); n > 0; n--) this.#start();
    this.#planFaults();
    this.#planActs();
  }

  /** A batch of a worker is stored: whoever tells is rung for, mostly. */
  committed(batch: Batch): void {
    this.invariants.alarmsCommitted(batch);
    if (batch.alarms.length + batch.notices.length === 0) return;
    const { scheduler, random } = this.#options;
    for (const { process, wake } of this.#tellers.values())
      if (random.chance(0.8)) process.hear(random.between(1, 50), 'rung', wake);
    scheduler.note('rings');
  }

  /** Nothing goes wrong any more. */
  makeCalm(): void {
    this.#calm = true;
    this.#endpoints.calm();
    if (this.#tellers.size === 0) this.#start();
  }

  /** Runs on until all is told, stops, and looks whether it was. */
  async finish(broken: () => boolean): Promise<void> {
    const { scheduler, violated } = this.#options;
    const begun = scheduler.now;
    await scheduler.run(begun + 15 * MINUTE, broken);
    while (!broken() && scheduler.now < begun + LONGEST && (await this.#owes()))
      await scheduler.run(scheduler.now + MINUTE, broken);
    if (broken()) return;
    const stopping = new Map(this.#tellers);
    for (const [name, teller] of this.#tellers) void teller.stop().then(() => stopping.delete(name));
    const end = scheduler.now;
    await scheduler.run(end + 5 * MINUTE, () => broken() || stopping.size === 0);
    const says = (rule: string, text: string) => violated({ rule, text, time: scheduler.now });
    if (stopping.size > 0) says('LIVENESS', `${[...stopping.keys()].join(' ')} does not stop`);
    if (broken()) return;
    const found = await untold({
      databank: this.#database.storage,
      definitions: this.#options.definitions,
      hasCome: (id) => (this.invariants.taken.get(id)?.length ?? 0) > 0,
      isRefused: (id) => this.#endpoints.refused.has(id),
      gap: this.#gap,
      now: end,
    });
    for (const { rule, text } of found) says(rule, text);
  }

  get #database(): DatabaseModel {
    return this.#options.database();
  }

  async #owes(): Promise<boolean> {
    const counts = await this.#database.storage.notices.reader.counts();
    return counts.some(({ state }) => state === 'owed' || state === 'sending');
  }

  #start(): void {
    const { scheduler, reached, odds, definitions, plant, start } = this.#options;
    const name = `t${++this.#started}`;
    const random = this.#options.random.fork(1000 + this.#started);
    const process = new SimulatedProcess(name, {
      skew: random.between(-SKEW / 2, SKEW / 2),
      around: {
        ...{ scheduler, random, reached },
        odds: () => (this.#calm ? CALM : odds()),
        longestFreeze: LEASE * 4,
      },
      killed: () => {
        this.#tellers.delete(name);
        if (this.#tellers.size === 0) reached.add('nobody tells');
        const pause = random.chance(0.3) ? random.between(60_000, 900_000) : random.between(500, 20_000);
        const away = Math.max(pause, this.#awayUntil - scheduler.now);
        scheduler.after(this.#calm ? 500 : away, 'start telling', () => this.#start());
      },
    });
    const teller = startTeller({
      ...{ process, database: this.#database, endpoints: this.#endpoints, definitions, plant },
      random: random.fork(1),
      now: () => scheduler.now - start,
    });
    if (process.alive) this.#tellers.set(name, teller);
  }

  #planFaults(): void {
    const { scheduler, lasts, reached } = this.#options;
    const random = this.#options.random.fork(2);
    const plan = (name: string, most: number, happen: () => void) => {
      for (let n = random.chance(0.6) ? random.between(1, most) : 0; n > 0; n--)
        scheduler.after(random.between(MINUTE, lasts), name, () => {
          if (this.#calm) return;
          reached.add(name);
          happen();
        });
    };
    const aTeller = () => random.pick([...this.#tellers.values()]);
    for (const mood of MOODS)
      plan(`endpoint ${mood}`, 2, () => {
        const long = random.chance(0.3) ? 60 * MINUTE : 5 * MINUTE;
        this.#endpoints.change(random.pick(CHANNELS) ?? 'desk', mood, random.between(10_000, long));
      });
    plan('teller killed', 4, () => aTeller()?.process.kill('at any time'));
    plan('teller frozen', 4, () => aTeller()?.process.freeze('at any time'));
    plan('nobody tells for long', 1, () => {
      this.#awayUntil = scheduler.now + random.between(15, 40) * MINUTE;
      for (const { process } of [...this.#tellers.values()]) process.kill('with all others');
    });
    plan('changes removed', 6, () => {
      const { newest } = this.#database.storage.tables;
      if (this.invariants.change < newest - KEPT_CHANGES) {
        this.#gap = true;
        reached.add('changes removed that nobody took');
      }
      void this.#database.change(({ changes, tables }) => changes.markPublished(tables.newest));
    });
    plan('teller stopped cleanly', 2, () => {
      const teller = aTeller();
      if (teller === undefined) return;
      void teller.stop().then(() => {
        if (!this.#tellers.delete(teller.process.name)) return;
        teller.process.alive = false;
        this.#start();
      });
    });
  }

  #planActs(): void {
    const { scheduler, lasts, reached } = this.#options;
    const random = this.#options.random.fork(3);
    const plan = (name: string, most: number, make: () => HandlingAct | null) => {
      for (let n = random.between(0, most); n > 0; n--)
        scheduler.after(random.between(MINUTE, lasts), name, () => {
          const act = make();
          if (act !== null && this.#database.keep(act)) reached.add(name);
        });
    };
    plan('silence', 2, () => {
      const [time, until] = [scheduler.now, scheduler.now + random.between(MINUTE, 30 * MINUTE)];
      const match = { flow: [random.pick(['order', 'trade', 'leg']) ?? 'order'] };
      return {
        ...{ kind: 'silence', id: `s${until}`, by: 'li', time, match, from: time, until, reason: 'r' },
      };
    });
    plan('acknowledged', 4, () => {
      const { tables } = this.#database.storage;
      const open = [...tables.alarms.values()].filter(({ alarm }) => alarm.clearedAt === null);
      const alarm = random.pick(open)?.alarm.id;
      if (alarm === undefined) return null;
      const id = `a${scheduler.now}-${random.between(0, 1e6)}`;
      return { kind: 'ack', id, by: 'li', time: scheduler.now, alarm, all: random.chance(0.5), text: null };
    });
  }
}
