/** An explanation for people: what happened, which alarms came of it, and why no others did. */
import { formatSpan, printValue } from '../../definitions/index.ts';
import type {
  AlarmTale,
  Asked,
  Cause,
  Chapter,
  Explanation,
  Happening,
  Moment,
  Silence,
} from '../../engine/index.ts';
import {
  CAUSES,
  CHANGES,
  type Facts,
  HAPPENINGS,
  phrase,
  REASONS,
  type Word,
  word,
} from './explain-words.ts';
import type { Io } from './io.ts';
import { plain } from './table.ts';
import { tintOf } from './tint.ts';
import { clockTime, zonedTime } from './wall-time.ts';
import { titleIn, wordsIn } from './words.ts';

/** The explanation as lines. */
export function explanationText(explanation: Explanation, io: Io): string {
  return new Teller(explanation, io).text();
}

class Teller {
  readonly #explanation: Explanation;
  readonly #io: Io;

  constructor(explanation: Explanation, io: Io) {
    this.#explanation = explanation;
    this.#io = io;
  }

  text(): string {
    return [this.#head(), ...this.#explanation.chapters.map((chapter) => this.#chapter(chapter))].join('\n');
  }

  #head(): string {
    const { flow, key, title, status, health, tradingDay: day, zone, asOf } = this.#explanation;
    const name = `${titleIn(this.#io.language, title, flow)}  ${key}`;
    const where = this.#word('day', { day, zone, asOf: zonedTime(asOf, zone) });
    const { tint } = this.#io;
    const standing = `${tint(tintOf(status), this.#term(status))}  ${tint(tintOf(health), this.#term(health))}`;
    return `${tint('bold', plain(name))}\n${standing}  ${plain(where)}\n`;
  }

  #chapter({ step, status, state, visits, story, alarms, silences }: Chapter): string {
    const { tint } = this.#io;
    const about = [
      tint(tintOf(status), this.#term(status)),
      ...(state === null ? [] : [plain(this.#word('state', { state }))]),
      ...(visits > 1 ? [this.#word('visits', { visits })] : []),
    ];
    const title = step === null ? this.#word('itself') : plain(step);
    return [
      `${tint('bold', title)}: ${about.join(', ')}`,
      ...this.#section(
        'story',
        story.flatMap((moment) => this.#moment(moment)),
        'nothing',
      ),
      ...this.#section(
        'alarms',
        alarms.flatMap((alarm) => this.#alarm(alarm)),
        'none',
      ),
      ...this.#section(
        'silences',
        silences.map((silence) => this.#silence(silence)),
        'none',
      ),
    ]
      .map((line) => `${line}\n`)
      .join('');
  }

  #section(name: 'story' | 'alarms' | 'silences', lines: readonly string[], empty: Word): readonly string[] {
    if (lines.length === 0) return [`  ${this.#word(name)} ${this.#word(empty)}`];
    return [`  ${this.#word(name)}`, ...lines.map((line) => `    ${line}`)];
  }

  #moment({ at, cause, happenings }: Moment): readonly string[] {
    return [
      `${this.#time(at)}  ${plain(this.#cause(cause))}`,
      ...happenings.map((happening) => `  - ${plain(this.#happening(happening))}`),
    ];
  }

  #alarm(alarm: AlarmTale): readonly string[] {
    const { name, severity, text, count, raisedAt, clearedAt, clearedBy, why } = alarm;
    const { tint } = this.#io;
    const end =
      clearedAt === null
        ? this.#word('open')
        : this.#word('clearedBy', { at: this.#time(clearedAt), by: clearedBy });
    const reasons = [
      ...(why.rule === null ? [] : [this.#word('by', { place: why.rule })]),
      ...(why.expression === null ? [] : [why.expression]),
      ...this.#values(why.values),
      ...(why.due === null ? [] : [this.#word('due', { due: this.#time(why.due) })]),
      this.#word('because', {
        event: why.event.id === null ? why.event.name : `${why.event.name} (${why.event.id})`,
        at: this.#time(why.event.at),
      }),
    ];
    const times = count === 1 ? '' : ` ×${count}`;
    return [
      `${this.#time(raisedAt)}  ${tint(tintOf(severity), this.#term(severity))}  ${plain(`${name}${times}: ${text}`)} (${plain(end)})`,
      `  ${plain(reasons.join('; '))}`,
    ];
  }

  #silence({ alarm, event, place, reason }: Silence): string {
    return plain(`${alarm}: ${this.#reason(event, reason)} [${place}]`);
  }

  #reason(event: string, reason: Silence['reason']): string {
    const tell = (facts: Facts) => this.#phrase(REASONS, reason.kind, { event, ...facts });
    switch (reason.kind) {
      case 'false':
      case 'failed':
        return tell({
          asked: this.#asked(reason.asked),
          at: this.#time(reason.at),
          times: reason.times > 1 ? this.#word('times', { times: reason.times }) : '',
        });
      case 'replaced':
        return tell({ places: reason.places.join(', '), times: reason.times });
      case 'stopped':
        return tell({ ...this.#timing(reason), by: this.#cause(reason.cause) });
      case 'in-time':
        return tell({
          due: this.#time(reason.due),
          at: this.#time(reason.at),
          by: this.#word(reason.by),
          early: reason.early > 0 ? this.#word('early', { early: this.#span(reason.early) }) : '',
        });
      case 'counting':
        return reason.left < 0
          ? this.#word('overdue', { due: this.#time(reason.due) })
          : tell({ due: this.#time(reason.due), left: this.#span(reason.left) });
      case 'dropped':
        return tell({ due: this.#time(reason.due), at: this.#time(reason.at), by: this.#word(reason.by) });
      case 'unreachable':
        return tell({ due: this.#time(reason.due) });
      case 'not-armed':
        return tell({
          after:
            reason.after === 'start' || reason.after === 'rule' ? this.#word(reason.after) : reason.after,
        });
      case 'began-first':
        return tell({ flow: reason.flow, at: this.#time(reason.at) });
      case 'waived':
        return tell({ by: reason.by, reason: reason.reason, at: this.#time(reason.at) });
      case 'went-on':
        return tell({ at: this.#time(reason.at), to: reason.to.join(', ') });
      case 'below-limit':
        return tell({
          connectors: reason.connectors.map(({ to, count, limit }) => `${to} ${count}/${limit}`).join(', '),
        });
      default:
        return tell({ ...reason });
    }
  }

  #cause(cause: Cause): string {
    const tell = (facts: Facts) => this.#phrase(CAUSES, cause.kind, facts);
    switch (cause.kind) {
      case 'event': {
        const what = [cause.step, cause.event, cause.state, ...this.#values(cause.params), cause.message];
        return tell({ what: what.filter((part) => part !== null).join(' '), id: cause.id });
      }
      case 'due':
        return tell({ name: cause.step === null ? cause.name : `${cause.step} ${cause.name}` });
      case 'expected':
        return tell({});
      case 'nested': {
        const change = phrase(CHANGES[cause.change], this.#io.language, { status: this.#term(cause.status) });
        return tell({ flow: cause.flow, key: cause.key, change });
      }
      default:
        return tell({ ...cause });
    }
  }

  #happening(happening: Happening): string {
    const tell = (facts: Facts) => this.#phrase(HAPPENINGS, happening.kind, facts);
    switch (happening.kind) {
      case 'status':
        return tell({ from: this.#term(happening.from), to: this.#term(happening.to) });
      case 'activated': {
        const ledBy = happening.ledBy.length === 0 ? this.#word('start') : happening.ledBy.join(', ');
        return tell({ visit: happening.visit, ledBy }) + (happening.offered ? this.#word('offered') : '');
      }
      case 'began':
        return tell({ visit: happening.visit, was: this.#term(happening.was) });
      case 'ended':
        return tell({ as: this.#term(happening.as) });
      case 'late':
        return tell({ was: this.#term(happening.was) });
      case 'state': {
        const allowed = happening.allowed.length === 0 ? this.#word('none') : happening.allowed.join(', ');
        return tell({
          from: happening.from,
          to: happening.to,
          verdict: this.#word(happening.verdict, { allowed }),
        });
      }
      case 'rule': {
        const { event, place, asked, does } = happening;
        return tell({
          event,
          place,
          asked: asked === null ? this.#word('always') : this.#asked(asked),
          does: does.length === 0 ? '' : this.#word('does', { actions: does.join(', ') }),
        });
      }
      case 'set':
        return tell({ asked: this.#asked(happening.asked), place: happening.asked.place });
      case 'connector':
        return tell({
          to: happening.to,
          asked: this.#asked(happening.asked),
          place: happening.asked.place,
        });
      case 'taken': {
        const { to, count, limit } = happening;
        return tell({ to, limit: limit === null ? '' : this.#word('limit', { count, limit }) });
      }
      case 'armed':
      case 'ran-out':
      case 'moot':
        return tell({ timer: happening.timer, due: this.#time(happening.due) });
      case 'stopped':
        return tell({ timer: happening.timer, early: this.#span(happening.early) });
      case 'alarm': {
        const { name, severity, text, change, count, clearedBy } = happening;
        const how = this.#word(change, { count, by: clearedBy });
        return tell({ name, severity: this.#term(severity), text, change: how });
      }
      default:
        return tell({ ...happening });
    }
  }

  /** `PIN < POUT was false (PIN 100, POUT 100)` */
  #asked({ expression, value, error, values }: Asked): string {
    const answer =
      error !== null ? 'failed' : value === true ? 'true' : value === false ? 'false' : ('value' as const);
    const printed = value === null ? null : printValue(value);
    return [this.#word(answer, { expression, error, value: printed }), ...this.#values(values)].join(' ');
  }

  /** In brackets; nothing where there are none. */
  #values(values: Asked['values']): readonly string[] {
    const pairs = Object.entries(values).map(
      ([name, value]) => `${name} ${value === null ? '–' : printValue(value)}`,
    );
    return pairs.length === 0 ? [] : [`(${pairs.join(', ')})`];
  }

  #timing({ due, at, early }: { readonly due: string; readonly at: string; readonly early: number }): Facts {
    return { due: this.#time(due), at: this.#time(at), early: this.#span(early) };
  }

  #time(time: string): string {
    const { zone, tradingDay } = this.#explanation;
    return clockTime(time, zone, tradingDay);
  }

  #span(ms: number): string {
    return ms < 0 ? `-${formatSpan({ days: 0, ms: -ms })}` : formatSpan({ days: 0, ms });
  }

  #term(name: string): string {
    return wordsIn(this.#io.language)(name);
  }

  #word(name: Word, facts: Facts = {}): string {
    return word(name, this.#io.language, facts);
  }

  /** What a newer server knows and this program does not is told by its name. */
  #phrase<K extends string>(
    phrases: Readonly<Record<K, Parameters<typeof phrase>[0]>>,
    kind: K,
    facts: Facts,
  ): string {
    return Object.hasOwn(phrases, kind) ? phrase(phrases[kind], this.#io.language, facts) : kind;
  }
}
