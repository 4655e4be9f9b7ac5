import { printValue } from '../../definitions/index.ts';
import type {
  Deviation,
  Health,
  InstanceStatus,
  InstanceView,
  viewVisits,
  viewWaivers,
} from '../../engine/index.ts';
import type { AlarmEntry } from './alarm-table.ts';
import { alarmTable } from './alarm-table.ts';
import { flowName } from './day-ledger.ts';
import type { FlowEntry } from './flow-list.ts';
import type { Io } from './io.ts';
import { type Cell, plain, table } from './table.ts';
import { tintOf } from './tint.ts';
import { zonedTime } from './wall-time.ts';
import { type Words, wordsIn } from './words.ts';

/** An instance as lists of the API have it. */
export interface InstanceEntry {
  readonly flow: string;
  readonly key: string;
  readonly status: InstanceStatus;
  readonly health: Health;
  readonly deviated: boolean;
  readonly tradingDay: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
}

/** One instance as the API shows it in full. */
export interface InstanceDetail extends InstanceView, InstanceEntry {
  readonly flow: string;
  readonly key: string;
  readonly status: InstanceStatus;
  readonly health: Health;
  readonly deviated: boolean;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly deviations?: readonly (Omit<Deviation, 'at'> & { readonly at: string })[];
  readonly corrected?: boolean;
  readonly waivers?: ReturnType<typeof viewWaivers>;
  readonly visits?: ReturnType<typeof viewVisits>;
  readonly timers?: readonly { readonly step: string | null; readonly name: string; readonly due: string }[];
}

/** Instances of one flow, a line each. */
export function instanceTable(instances: readonly InstanceEntry[], zone: string, io: Io): string {
  const words = wordsIn(io.language);
  const rows = instances.map((instance): Cell[] => [
    { text: statusText(instance, words), tint: tintOf(instance.status) },
    { text: instance.key },
    { text: instance.tradingDay },
    { text: words(instance.health), tint: tintOf(instance.health) },
    { text: zonedTime(instance.startedAt, zone) },
    { text: zonedTime(instance.endedAt, zone) },
  ]);
  return table(['STATUS', 'KEY', 'DAY', 'HEALTH', 'STARTED', 'ENDED'].map(words), rows, io.tint);
}

/** One instance with every step, what it waits for, where it left its definition, and its open alarms. */
export function instanceText(
  instance: InstanceDetail,
  alarms: readonly AlarmEntry[],
  flow: FlowEntry | undefined,
  io: Io,
): string {
  const words = wordsIn(io.language);
  const zone = flow?.zone ?? 'UTC';
  const parts = [headLines(instance, flow, io), stepTable(instance, zone, io)];
  const { timers = [], deviations = [], waivers = [], visits = [] } = instance;
  if (visits.some(({ visit, waived }) => visit > 1 || waived))
    parts.push(`${words('Visits:')}\n${visitTable(visits, zone, io)}`);
  if (waivers.length > 0)
    parts.push(
      `${words('Waivers:')}\n${waivers.map(({ at, step, by, reason }) => `  ${zonedTime(at, zone)}  ${step ?? words('all of it')}  ${plain(by)}: ${plain(reason)}\n`).join('')}`,
    );
  if (timers.length > 0)
    parts.push(
      `${words('Timers:')}\n${timers.map(({ step, name, due }) => `  ${zonedTime(due, zone)}  ${step === null ? '' : `${step} `}${name}\n`).join('')}`,
    );
  if (deviations.length > 0)
    parts.push(
      `${words('Deviations:')}\n${deviations.map(({ at, step, rule, detail }) => `  ${zonedTime(at, zone)}  ${step === null ? '' : `${step} `}${rule}: ${plain(detail)}\n`).join('')}`,
    );
  if (alarms.length > 0) parts.push(`${words('Open alarms:')}\n${alarmTable(alarms, () => zone, io)}`);
  return parts.join('\n');
}

function headLines(instance: InstanceDetail, flow: FlowEntry | undefined, io: Io): string {
  const words = wordsIn(io.language);
  const zone = flow?.zone ?? 'UTC';
  const facts = [
    `${words('trading day')} ${instance.tradingDay}`,
    ...(instance.startedAt === null ? [] : [`${words('started')} ${zonedTime(instance.startedAt, zone)}`]),
    ...(instance.corrected === true ? [words('corrected')] : []),
    ...(instance.endedAt === null ? [] : [`${words('ended')} ${zonedTime(instance.endedAt, zone)}`]),
  ];
  const status = io.tint(tintOf(instance.status), statusText(instance, words));
  const health = io.tint(tintOf(instance.health), words(instance.health));
  const name = plain(flowName(instance.flow, flow?.title ?? null, io));
  return `${io.tint('bold', `${name}  ${plain(instance.key)}`)}\n${status}  ${health}  ${facts.join('  ')}\n`;
}

function stepTable(instance: InstanceDetail, zone: string, io: Io): string {
  const words = wordsIn(io.language);
  const rows = Object.entries(instance.steps).map(([name, step]): Cell[] => [
    { text: words(step.status), tint: tintOf(step.status) },
    { text: name },
    { text: step.state ?? '' },
    { text: step.visits > 1 ? `×${step.visits}` : '' },
    { text: zonedTime(step.activatedAt, zone) },
    { text: zonedTime(step.endedAt, zone) },
    {
      text: Object.entries(step.params)
        .flatMap(([param, value]) => (value === null ? [] : [`${param}=${printValue(value)}`]))
        .join(' '),
    },
  ]);
  const headings = ['STATUS', 'STEP', 'STATE', 'VISITS', 'ACTIVATED', 'ENDED', 'PARAMS'];
  return table(headings.map(words), rows, io.tint);
}

function visitTable(visits: NonNullable<InstanceDetail['visits']>, zone: string, io: Io): string {
  const words = wordsIn(io.language);
  const rows = visits.map(({ step, visit, status, state, activatedAt, endedAt, waived }): Cell[] => [
    { text: words(waived ? 'waived' : status), tint: tintOf(status) },
    { text: step },
    { text: String(visit) },
    { text: state ?? '' },
    { text: zonedTime(activatedAt, zone) },
    { text: zonedTime(endedAt, zone) },
  ]);
  return table(['STATUS', 'STEP', 'VISIT', 'STATE', 'ACTIVATED', 'ENDED'].map(words), rows, io.tint);
}

function statusText({ status, deviated }: InstanceEntry, words: Words): string {
  return deviated ? `${words(status)}, ${words('deviated')}` : words(status);
}
