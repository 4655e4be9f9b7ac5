import type { Severity } from './document.ts';
import type { Findings } from './findings.ts';
import type { Definitions, Flow } from './flow.ts';
import type { Place } from './place.ts';
import type { AlarmTraits } from './policy.ts';

interface Possible {
  readonly at: Place;
  readonly step: string | null;
  readonly name: string;
  readonly source: string;
  readonly severity: Severity;
}

/** Alarms of a flow that no policy takes, or that its routes pass over; nothing where there are no policies. */
export function lintTold({ notifying }: Definitions, flow: Flow, findings: Findings): void {
  const { policies } = notifying;
  if (policies.every(({ routes, feeds }) => routes.length + feeds.length === 0)) return;
  for (const alarm of alarmsOf(flow)) {
    const traits: AlarmTraits = {
      ...alarm,
      group: flow.group,
      flow: flow.name,
      key: '',
      tradingDay: '',
      labels: flow.labels,
    };
    const takers = policies.filter(({ match }) => match(traits));
    const fed = policies.some(({ feeds }) => feeds.some(({ match }) => match(traits)));
    if (fed || takers[0]?.routes.some(({ match }) => match(traits)) === true) continue;
    const why =
      takers[0] === undefined ? 'no policy matches it' : `no route of policy '${takers[0].name}' matches it`;
    const message = `nobody is told of alarm '${alarm.name}' (${alarm.severity}): ${why}; add a route for it`;
    findings.warning(alarm.at, 'MP501', message);
  }
}

/** The alarms that a flow's definition itself names: start, deadline, timers, and those of its rules. */
function alarmsOf(flow: Flow): readonly Possible[] {
  const found: Possible[] = [];
  const { start, deadline } = flow;
  const none = { step: null };
  if (start !== null && !flow.on.has('start-timeout'))
    found.push({
      ...none,
      at: start.at,
      name: 'start-timeout',
      source: 'start-timeout',
      severity: start.severity,
    });
  if (deadline !== null && !flow.on.has('deadline'))
    found.push({
      ...none,
      at: deadline.at,
      name: 'deadline',
      source: 'deadline',
      severity: deadline.severity,
    });
  const tables = [
    { step: null, on: flow.on },
    ...flow.steps.map(({ name, on }) => ({ step: name, on })),
    ...flow.connectors.map(({ on }) => ({ step: null, on })),
  ];
  for (const { name: step, timers, on } of flow.steps)
    for (const { name, at, severity } of timers)
      if (!on.has(`timer.${name}`)) found.push({ step, at, name, source: 'timer', severity });
  for (const { step, on } of tables)
    for (const [event, rules] of on)
      for (const { at, actions } of rules)
        for (const action of actions)
          if (action.kind === 'alarm')
            found.push({ step, at, name: action.name, source: sourceOf(event), severity: action.severity });
  return found;
}

const OWN_SOURCES = [
  ...['start-timeout', 'deadline', 'illegal-state', 'out-of-order', 'loop-limit', 'dead-end'],
  ...['exception', 'expression-error'],
];

function sourceOf(event: string): string {
  if (event.startsWith('timer.')) return 'timer';
  return OWN_SOURCES.includes(event) ? event : 'expression';
}
