/**
 * The applications: what they have to say over the simulated time, and how it comes into the stream. Each keeps what it
 * sent, tries again with the same id until it is told that the stream has it, and sends it anew when the stream was lost.
 */
import { subjectOf } from '../../../checkpoints/index.ts';
import { actSubject } from '../../../engine/index.ts';
import type { Random } from '../random.ts';
import type { Reached } from './reached.ts';
import type { Scheduler } from './scheduler.ts';
import type { Outgoing, StreamModel } from './stream.ts';

interface Said {
  readonly id: string;
  readonly flow: string;
  readonly key: string;
  readonly text: string;
  /** when the application hands it over, ms */
  readonly at: number;
}

export interface ProducersOptions {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly reached: Reached;
  readonly stream: StreamModel;
  readonly start: number;
  /** how long they go on, ms */
  readonly lasts: number;
  readonly instances: number;
  /** whether sending may go wrong now */
  readonly disturbed: () => boolean;
}

export class Producers {
  /** ids that the stream was said to have */
  readonly accepted = new Set<string>();
  readonly #options: ProducersOptions;
  /** what was sent, in order */
  readonly #sent: { readonly messages: readonly Outgoing[]; readonly ids: readonly string[] }[] = [];
  #underWay = 0;
  #numbers = 0;

  constructor(options: ProducersOptions) {
    this.#options = options;
    for (const { at, messages, ids } of this.#grouped(this.#plan())) {
      this.#underWay++;
      options.scheduler.after(at - options.scheduler.now, 'say', () => this.#say(messages, ids), false);
    }
  }

  /** Whether everything was said and accepted. */
  get quiet(): boolean {
    return this.#underWay === 0;
  }

  /** The stream was lost: what was sent into it comes again, in its order. */
  republish(): void {
    this.#options.scheduler.after(
      this.#options.random.between(1_000, 60_000),
      'republish',
      () => {
        for (const { messages, ids } of [...this.#sent]) this.#send(messages, ids, 0);
      },
      false,
    );
    this.#options.reached.add('published again');
  }

  #say(messages: readonly Outgoing[], ids: readonly string[]): void {
    this.#sent.push({ messages, ids });
    this.#underWay--;
    this.#send(messages, ids, 0);
    if (this.#options.random.chance(0.03)) {
      // an application that does not know what it has sent
      this.#underWay++;
      const later = this.#options.random.between(1_000, 1_800_000);
      const again = () => {
        this.#underWay--;
        this.#send(messages, ids, 0);
      };
      this.#options.scheduler.after(later, 'say again', again, false);
    }
  }

  #send(messages: readonly Outgoing[], ids: readonly string[], failures: number): void {
    const { scheduler, random, reached, stream, disturbed } = this.#options;
    this.#underWay++;
    const again = (pause: number) =>
      scheduler.after(
        pause,
        'send again',
        () => {
          this.#underWay--;
          this.#send(messages, ids, failures + 1);
        },
        false,
      );
    scheduler.after(random.between(1, 200), 'publish', () => {
      const pause = random.chance(0.1) ? 180_000 : Math.min(500 * 2 ** failures, 30_000);
      if (!stream.up || (disturbed() && random.chance(0.02))) again(pause);
      else {
        stream.store(messages, random.chance(0.2));
        if (disturbed() && random.chance(0.05)) {
          reached.add('PubAck lost');
          again(pause);
        } else {
          for (const id of ids) this.accepted.add(id);
          this.#underWay--;
        }
      }
    });
  }

  /** What happens in every instance, in the order in which it is handed over. */
  #plan(): readonly Said[] {
    const { random, start, lasts, instances } = this.#options;
    const said: Said[] = [];
    const say = (flow: string, key: string, rest: Record<string, unknown>, time: number) => {
      const id = `e${++this.#numbers}`;
      const text = JSON.stringify({ id, flow, key, ...rest, time: new Date(time).toISOString() });
      const late = random.chance(0.08) ? random.between(5_000, 600_000) : random.between(0, 1_500);
      said.push({ id, flow, key, text, at: time + late });
    };
    const step = (flow: string, key: string, name: string, at: number): number => {
      const lasting = random.chance(0.2) ? random.between(300_000, 700_000) : random.between(1_000, 150_000);
      say(flow, key, { step: name, event: 'activated' }, at);
      if (random.chance(0.12)) return at + lasting;
      if (random.chance(0.05)) say(flow, key, { step: name, event: 'exception' }, at + lasting / 2);
      const params = name === 'check' ? { params: { N: random.between(0, 5) } } : {};
      say(flow, key, { step: name, event: 'committed', ...params }, at + lasting);
      return at + lasting + random.between(0, 60_000);
    };
    for (let n = 0; n < instances; n++) {
      const from = start + random.between(0, lasts);
      const kind = random.between(0, 9);
      if (kind < 6) {
        let at = from;
        for (const name of ['receive', 'check', 'settle']) at = step('order', `o-${n}`, name, at);
      } else if (kind < 9) {
        let at = step('trade', `t-${n}`, 'buy', from);
        if (random.chance(0.5))
          say(
            'trade',
            `t-${n}`,
            { step: 'buy', event: 'state', state: random.pick(['q', 'r', 's']) },
            from + 500,
          );
        at = step('trade', `t-${n}`, 'sell', at);
      } else {
        let at = step('leg', `l-${n}/leg`, 'x', from);
        at = step('leg', `l-${n}/leg`, 'y', at);
      }
      if (random.chance(0.1)) this.#act(said, `o-${n}`, from + random.between(0, 300_000));
    }
    const day = new Date(start).toISOString().slice(0, 10);
    let at = start + random.between(0, 2_400_000);
    at = step('day', day, 'open', at);
    for (const name of ['x', 'y']) at = step('leg', `${day}/leg`, name, at);
    step('day', day, 'close', at);
    return said.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  }

  #act(said: Said[], key: string, at: number): void {
    const id = `w${++this.#numbers}`;
    const act = { act: 'waive', id, flow: 'order', key, step: 'receive', reason: 'r', by: 'b' };
    const text = JSON.stringify({ ...act, time: new Date(at).toISOString() });
    said.push({ id, flow: '_act', key, text, at });
  }

  /** What is said as messages: alone, together in one without a key, under the key of another. */
  #grouped(said: readonly Said[]) {
    const { random } = this.#options;
    const groups: { at: number; messages: readonly Outgoing[]; ids: readonly string[] }[] = [];
    for (let index = 0; index < said.length; index++) {
      const first = said[index];
      if (first === undefined) break;
      const how = random.next();
      const together = how < 0.1 && first.flow !== '_act' ? [first] : null;
      for (let next = said[index + 1]; together !== null && together.length < 4; next = said[index + 1]) {
        if (next === undefined || next.flow === '_act') break;
        together.push(next);
        index++;
      }
      if (together !== null) {
        const garbage = random.chance(0.2) ? [`{"id":"g${++this.#numbers}","flow":"nobody"}`] : [];
        const text = [...together.map((one) => one.text), ...garbage].join('\n');
        groups.push(
          this.#group(together.at(-1)?.at ?? first.at, together, subjectOf(first.flow, null), text),
        );
      } else if (first.flow === '_act') {
        groups.push(this.#group(first.at, [first], actSubject('order', first.key), first.text));
      } else {
        const key = how > 0.95 ? `x-${random.between(0, 20)}` : how > 0.9 ? null : first.key;
        groups.push(this.#group(first.at, [first], subjectOf(first.flow, key), first.text));
      }
    }
    return groups;
  }

  #group(at: number, said: readonly Said[], subject: string, text: string) {
    const ids = said.map(({ id }) => id);
    const garbage = /"id":"(g\d+)"/.exec(text)?.[1];
    const all = garbage === undefined ? ids : [...ids, garbage];
    return { at, ids: all, messages: [{ subject, payload: Buffer.from(text), id: `m-${ids.join('-')}` }] };
  }
}
