import { parseTime } from '../../../checkpoints/index.ts';
import {
  type AlarmTraits,
  closest,
  compileDefinitions,
  type Flow,
  formatFinding,
  formatSpan,
  parseDay,
  parseTimeOfDay,
  type Severity,
} from '../../../definitions/index.ts';
import { type Delivery, planRoute, type RoutePlan } from '../../../engine/index.ts';
import type { Command } from '../command.ts';
import { definitionSources } from '../definition-sources.ts';
import { checkedExtensions, EXTENSIONS_OPTION } from '../extension-option.ts';
import type { Io } from '../io.ts';
import { FORMAT } from '../option.ts';
import type { Options } from '../options.ts';
import { EXIT, FileTrouble, WrongUse } from '../outcome.ts';
import { table } from '../table.ts';
import { zonedTime } from '../wall-time.ts';
import { wordsIn } from '../words.ts';

/** `milepost route`: who would be told, when, by what. */
export const route: Command = {
  usage: 'route PATH… --flow FLOW [--at TIME] [options]',
  about:
    'Answers who would be told of an alarm, when and by what, if it were raised at a time and nobody acknowledged it.',
  operands: { least: 0, most: Number.POSITIVE_INFINITY },
  options: {
    definitions: { value: 'PATH', about: 'definition files or folders, the same as PATH', many: true },
    flow: { value: 'FLOW', about: 'the flow of the alarm', required: true },
    step: { value: 'STEP', about: 'its step; left out: the flow itself' },
    alarm: { value: 'NAME', about: 'its name; default: alarm' },
    severity: {
      value: 'SEVERITY',
      about: 'info, warning or critical (default)',
      choices: ['info', 'warning', 'critical'],
    },
    source: {
      value: 'SOURCE',
      about: 'what raises it; default: its name where that is a source, else expression',
    },
    key: { value: 'KEY', about: 'the key of its instance; default: the trading day' },
    at: {
      value: 'TIME',
      about: "`2026-11-23 21:30` in the flow's time zone, or RFC 3339; default: now",
    },
    extensions: EXTENSIONS_OPTION,
    format: FORMAT,
  },
  examples: [
    {
      line: 'route flows/ --flow settlement --alarm deadline --at "2026-11-23 19:00"',
      about: 'a missed deadline',
    },
    {
      line: 'route flows/ --flow trading --severity warning --at "2026-11-23 22:00"',
      about: 'in the night session',
    },
  ],
  notes: ['Exit codes: 0 somebody would be told, 1 nobody, or the definitions have errors, 2 wrong use.'],
  async run({ operands, options, io }) {
    const sources = await definitionSources([...operands, ...options.all('definitions')]);
    const module = await checkedExtensions(options.text('extensions') ?? null);
    const { definitions, findings } = compileDefinitions(sources, '', module.extensions);
    if (definitions === null) {
      for (const finding of findings) if (finding.severity === 'error') io.say(formatFinding(finding));
      return EXIT.findings;
    }
    const flow = flowOf(definitions.flows, options.text('flow') ?? '');
    const time = timeOf(flow, options.text('at'), io.now());
    const plan = planRoute(definitions.notifying, traitsOf(flow, options, time), time);
    const json = options.text('format') === 'json';
    await io.out(json ? `${JSON.stringify(inJson(plan, time), null, 2)}\n` : inText(plan, flow, io));
    const told = plan.quiet === null && plan.levels.some(({ deliveries }) => deliveries.length > 0);
    return told || plan.feeds.length > 0 ? EXIT.done : EXIT.findings;
  },
};

const SOURCES = [
  ...['start-timeout', 'deadline', 'timer', 'illegal-state', 'out-of-order', 'loop-limit'],
  ...['dead-end', 'exception', 'threshold', 'stale', 'expression-error', 'expression'],
];

function flowOf(flows: ReadonlyMap<string, Flow>, name: string): Flow {
  const flow = flows.get(name);
  if (flow !== undefined) return flow;
  const near = closest(name, flows.keys());
  throw new FileTrouble(
    `no flow is called ${name}${near === null ? `: there are ${[...flows.keys()].join(', ')}` : `: did you mean ${near}?`}`,
  );
}

function traitsOf(flow: Flow, options: Options, time: number): AlarmTraits {
  const step = options.text('step') ?? null;
  if (step !== null && !flow.stepIndex.has(step))
    throw new WrongUse(
      `flow ${flow.name} has no step ${step}: it has ${[...flow.stepIndex.keys()].join(', ')}`,
    );
  const name = options.text('alarm') ?? 'alarm';
  const tradingDay = flow.calendar.dayOf(time);
  return {
    severity: (options.text('severity') ?? 'critical') as Severity, // one of its choices
    source: options.text('source') ?? (SOURCES.includes(name) ? name : 'expression'),
    ...{ group: flow.group, flow: flow.name, step, name, tradingDay, labels: flow.labels },
    key: options.text('key') ?? tradingDay,
  };
}

/** An instant, or a date and a time of day in the flow's zone. */
function timeOf(flow: Flow, text: string | undefined, now: number): number {
  if (text === undefined) return now;
  const [date = '', clock = ''] = text.split(/[ T]/);
  const day = parseDay(date);
  const wall = parseTimeOfDay(clock);
  if (day.ok && wall.ok) {
    const time = flow.calendar.resolve(day.value, { kind: 'time', time: wall.value, day: 'same' });
    if (time !== null) return time;
  }
  const time = parseTime(text);
  if (typeof time === 'number') return time;
  throw new WrongUse(`--at: ${time}; or write "2026-11-23 21:30" in the flow's time zone`);
}

function inJson(plan: RoutePlan, time: number): object {
  const shown = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  const levels = plan.levels.map((level) => ({ ...level, at: shown(level.at) }));
  return { at: shown(time), ...plan, firstAt: shown(plan.firstAt), levels };
}

function inText(plan: RoutePlan, flow: Flow, io: Io): string {
  const words = wordsIn(io.language);
  const lines: string[] = [];
  if (plan.policy !== null)
    lines.push(
      `${words('policy')} ${plan.policy}${plan.route === null ? '' : `, ${words('route')} ${plan.route}`}`,
    );
  if (plan.quiet !== null) lines.push(`${words('nobody is told')}: ${plan.quiet}`);
  if (plan.feeds.length > 0) lines.push(`${words('at once, by itself')}: ${plan.feeds.join(', ')}`);
  const rows = plan.levels.map(({ level, at, deliveries }) => [
    { text: zonedTime(new Date(at).toISOString(), flow.calendar.zone) },
    { text: String(level) },
    { text: deliveries.length === 0 ? words('nobody') : deliveries.map(shownDelivery).join('; ') },
  ]);
  const head = lines.map((line) => `${line}\n`).join('');
  if (rows.length === 0) return head === '' ? `${words('nobody is told')}\n` : head;
  const again =
    plan.repeat === null ? '' : `${words('again after')} ${formatSpan({ days: 0, ms: plan.repeat })}\n`;
  return head + table(['AT', 'LEVEL', 'BY'].map(words), rows, io.tint) + again;
}

function shownDelivery({ channel, to }: Delivery): string {
  return to.length === 0 ? channel : `${channel} (${to.map(({ title }) => title).join(', ')})`;
}
