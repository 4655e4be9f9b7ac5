/**
 * What must hold whenever a notice is decided, claimed or sent.
 *
 * 1. A decision is of the epoch of whoever took the lease last, and goes on from the one that is stored.
 * 2. No notice is decided twice, under the same id or another one.
 * 3. Nothing is sent that was not committed, nor an alarm that was not, nor anything before its wait is over.
 * 4. What may have come before says so when it comes again, under the same id; what was noted as sent is not sent again.
 * 5. A silence that is known keeps quiet what lies under it.
 * 6. A quota is kept.
 */
import type {
  AlarmSilence,
  Batch,
  ClaimedNotice,
  Notice,
  NoticeBatch,
  Sending,
  Settled,
} from '../../../engine/index.ts';
import type { Witness } from './database.ts';
import type { Violation } from './invariants.ts';
import type { Reached } from './reached.ts';
import type { Scheduler } from './scheduler.ts';

export interface NoticeInvariantsOptions {
  readonly scheduler: Scheduler;
  readonly reached: Reached;
  /** how far two clocks may be apart, ms */
  readonly skew: number;
  /** how long a trouble waits before it is told, ms */
  readonly wait: number;
  /** how many notices a channel takes in how many ms */
  readonly quotas: ReadonlyMap<string, { readonly count: number; readonly per: number }>;
  readonly violated: (violation: Violation) => void;
}

interface Arrival {
  readonly attempt: number;
  /** when that attempt was claimed */
  readonly claimed: number;
}

const AGAIN = 'sent again: whether it arrived before is not known';
/** of these a thread and level have one a channel */
const ONCE: readonly string[] = ['raised', 'escalated', 'recovered', 'notify', 'undeliverable'];

export class NoticeInvariants implements Witness {
  /** what each notice that was taken was, of what the database knows of; by id */
  readonly taken = new Map<string, Arrival[]>();
  readonly #options: NoticeInvariantsOptions;
  #owed = new Map<string, { readonly notice: Notice; readonly at: number }>();
  /** notices that a failover has lost */
  readonly #lost = new Set<string>();
  /** when each alarm was committed first of all */
  readonly #alarms = new Map<string, number>();
  #once = new Map<string, number>();
  #claims = new Map<string, { readonly by: string; readonly at: number }>();
  #sent = new Map<string, number>();
  #silences = new Map<string, { readonly silence: AlarmSilence; readonly at: number }>();
  #leaders: { readonly by: string; readonly epoch: number; readonly at: number }[] = [];
  #commits: { readonly tag: string; readonly change: number; readonly at: number }[] = [];
  readonly #recent = new Map<string, number[]>();

  constructor(options: NoticeInvariantsOptions) {
    this.#options = options;
  }

  /** up to which change a notifier has come */
  get change(): number {
    return this.#commits.at(-1)?.change ?? 0;
  }

  alarmsCommitted({ alarms }: Batch): void {
    for (const { id } of alarms) if (!this.#alarms.has(id)) this.#alarms.set(id, this.#options.scheduler.now);
  }

  began(by: string, epoch: number): void {
    const { scheduler, reached } = this.#options;
    const before = this.#leaders.at(-1)?.by;
    if (before !== undefined && before !== by) reached.add('takeover of the notifier');
    scheduler.note(`${by} tells, epoch ${epoch}`);
    this.#leaders.push({ by, epoch, at: scheduler.now });
  }

  fenced(by: string): void {
    this.#options.scheduler.note(`${by} tells no more`);
    this.#options.reached.add('stale notifier write refused');
  }

  committed(batch: NoticeBatch, by: string): void {
    const at = this.#options.scheduler.now;
    const { epoch, previous, tag, change, notices, silences } = batch;
    const ids = notices.map(({ id }) => id);
    this.#options.scheduler.note(`${by} decided up to ${change}: ${ids.join(' ')}`);
    const leader = this.#leaders.at(-1);
    if (leader?.epoch !== epoch)
      this.#says('STALE-NOTIFIER', `${by} with epoch ${epoch}; ${leader?.by} has ${leader?.epoch}`);
    const last = this.#commits.at(-1);
    if (previous !== (last?.tag ?? ''))
      this.#says('STALE-NOTIFIER', `${by} goes on from ${previous}, and ${last?.tag} is stored`);
    if (change < (last?.change ?? 0))
      this.#says('BACKWARDS', `the notifier is at change ${change} after ${last?.change}`);
    this.#commits.push({ tag, change, at });
    for (const notice of notices) this.#decided(notice, at);
    for (const { silence } of silences) this.#silences.set(silence.id, { silence, at });
    if (notices.some(({ kind }) => kind === 'storm')) this.#options.reached.add('storm mode');
    for (const { kind } of notices) this.#options.reached.add(`told ${kind}`);
  }

  claimed({ notice: { id, channel }, attempt, uncertain }: ClaimedNotice, by: string): void {
    const { scheduler, reached } = this.#options;
    scheduler.note(`${by} claims ${id} for ${channel}, attempt ${attempt}${uncertain ? ', uncertain' : ''}`);
    if (this.#sent.has(id)) this.#says('SENT-AGAIN', `${id} was noted as sent`);
    if (uncertain) reached.add('claim uncertain');
    this.#claims.set(`${id} ${attempt}`, { by, at: scheduler.now });
  }

  settled({ id, attempt, state, reason }: Settled, by: string): void {
    const { scheduler, reached } = this.#options;
    scheduler.note(`${by} notes ${id}, attempt ${attempt}: ${state} ${reason}`);
    // nothing is noted about an attempt that another one has followed
    if (!this.#claims.has(`${id} ${attempt}`) || this.#claims.has(`${id} ${attempt + 1}`)) return;
    if (state === 'sent') this.#sent.set(id, scheduler.now);
    if (state === 'failed' || state === 'unknown') reached.add(`notice given up: ${state}`);
  }

  /** A notice came to the end of its channel. */
  arrived(sending: Sending, by: string, taken: boolean): void {
    const { id, attempt, uncertain, subject, text } = sending;
    this.#isCommitted(sending);
    this.#isTimely(sending);
    this.#keepsQuota(sending, by);
    if (uncertain && attempt === 1) this.#says('REPEAT', `${id} says that it was sent before`);
    if (uncertain !== (subject.includes(AGAIN) && text.includes(AGAIN)))
      this.#says('REPEAT', `${id} is ${uncertain ? 'un' : ''}certain and says: ${subject}`);
    const claim = this.#claims.get(`${id} ${attempt}`);
    // of an attempt that a failover has lost nobody knows
    if (claim?.by !== by) return;
    const before = this.taken.get(id) ?? [];
    // one that was given up may come after the next one
    if (before.some((one) => one.attempt < attempt) && !uncertain)
      this.#says('REPEAT', `${id} comes again, attempt ${attempt}, and does not say so`);
    if (before.some((one) => one.attempt === attempt))
      this.#says('REPEAT', `attempt ${attempt} of ${id} comes twice`);
    if (before.length > 0) this.#options.reached.add('notice came twice');
    if (taken) this.taken.set(id, [...before, { attempt, claimed: claim.at }]);
  }

  /** The database is as it was at `end`. */
  fellBack(end: number): void {
    const kept = <K, V>(map: ReadonlyMap<K, V>, at: (value: V) => number) =>
      new Map([...map].filter(([, value]) => at(value) <= end));
    const own = (at: number) => at;
    for (const [id, { at }] of this.#owed) if (at > end) this.#lost.add(id);
    this.#owed = kept(this.#owed, ({ at }) => at);
    this.#silences = kept(this.#silences, ({ at }) => at);
    this.#once = kept(this.#once, own);
    this.#sent = kept(this.#sent, own);
    this.#claims = kept(this.#claims, ({ at }) => at);
    for (const [id, arrivals] of this.taken)
      this.taken.set(
        id,
        arrivals.filter(({ claimed }) => claimed <= end),
      );
    this.#leaders = this.#leaders.filter(({ at }) => at <= end);
    this.#commits = this.#commits.filter(({ at }) => at <= end);
  }

  #says(rule: string, text: string): void {
    this.#options.violated({ rule, text, time: this.#options.scheduler.now });
  }

  #decided(notice: Notice, at: number): void {
    const { id, channel, thread, kind, level } = notice;
    if (this.#owed.has(id)) this.#says('DECIDED-TWICE', id);
    this.#owed.set(id, { notice, at });
    const mark = JSON.stringify([channel, thread, kind, level]);
    const single = ONCE.includes(kind) && !thread.startsWith('wish/') && kind !== 'undeliverable';
    if (single && this.#once.has(mark)) this.#says('DECIDED-TWICE', `${kind} of ${thread} on ${channel}`);
    this.#once.set(mark, at);
    const hidden =
      notice.alarms.length > 0 && notice.alarms.every(({ flow }) => this.#isSilent(flow, notice.at));
    if (hidden && ['raised', 'changed', 'repeated', 'escalated'].includes(kind))
      this.#says('TOLD-UNDER-SILENCE', id);
  }

  #isSilent(flow: string, at: number): boolean {
    return [...this.#silences.values()].some(
      ({ silence: { match, from, until, endedBy } }) =>
        endedBy === null && from <= at && at < until && match.flow?.includes(flow) === true,
    );
  }

  #isCommitted({ id, alarms, folded }: Sending): void {
    if (!this.#owed.has(id) && !this.#lost.has(id)) this.#says('SEND-BEFORE-COMMIT', id);
    for (const alarm of [...alarms, ...folded])
      if (!this.#alarms.has(alarm.id)) this.#says('SEND-BEFORE-COMMIT', `${alarm.id} in ${id}`);
  }

  /** A trouble is called by its policy and the alarm that began it. */
  #isTimely({ id, kind, thread }: Sending): void {
    const { scheduler, wait, skew } = this.#options;
    const raised = this.#alarms.get(thread.slice(thread.indexOf('/') + 1));
    if (kind !== 'raised' || raised === undefined || this.#alarms.has(thread)) return;
    if (scheduler.now < raised + wait - skew)
      this.#says('SENT-EARLY', `${id}, ${scheduler.now - raised} ms after its alarm`);
  }

  /** A bucket that is full gives twice its size within its time. */
  #keepsQuota({ channel, id }: Sending, by: string): void {
    const { scheduler, quotas, reached } = this.#options;
    const quota = quotas.get(channel);
    if (quota === undefined) return;
    const name = `${channel} ${by}`;
    const recent = (this.#recent.get(name) ?? []).filter((at) => at > scheduler.now - quota.per);
    recent.push(scheduler.now);
    this.#recent.set(name, recent);
    const owed = this.#owed.get(id)?.notice.at ?? scheduler.now;
    if (recent.length >= quota.count && scheduler.now - owed > quota.per / 2) reached.add('quota hit');
    if (recent.length > 2 * quota.count + 1)
      this.#says('OVER-QUOTA', `${recent.length} notices of ${by} on ${channel}`);
  }
}
