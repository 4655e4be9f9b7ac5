/**
 * Tones: the few meanings that everything with a status is shown in. A tone has a colour, a shape and a word, so that a
 * colour is never the only cue.
 */
import type { DayCounts, GraphNode, Health, LedgerRow } from '../api/answers.ts';

export const TONES = [
  'critical',
  'warning',
  'unknown',
  'waiting',
  'running',
  'done',
  'idle',
  'excused',
] as const;
export type Tone = (typeof TONES)[number];

const OF_HEALTH: Readonly<Record<Health, Tone>> = {
  normal: 'done',
  running: 'running',
  warning: 'warning',
  critical: 'critical',
  unknown: 'unknown',
};

/** The tone of a health; null, where nothing is known to have any, is idle. */
export function toneOfHealth(health: Health | null): Tone {
  return health === null ? 'idle' : OF_HEALTH[health];
}

/** The tone of a flow on a day, by its instances: expected ones alone are not due yet, whatever their health. */
export function toneOfCounts({ counts, health }: DayCounts): Tone {
  if (health === null || health === 'critical' || health === 'warning' || health === 'unknown')
    return toneOfHealth(health);
  if (counts.running > 0) return 'running';
  return counts.committed > 0 && counts.expected === 0 ? 'done' : 'idle';
}

/** The tone of a row of the day: its health where that is bad, else what its status says. */
export function toneOfRow(row: Pick<LedgerRow, 'status' | 'health'>): Tone {
  if (row.status === 'excused') return 'excused';
  if (row.health === 'critical' || row.status === 'failed' || row.status === 'missing') return 'critical';
  if (row.health === 'warning' || row.status === 'late') return 'warning';
  switch (row.status) {
    case 'unknown':
      return 'unknown';
    case 'waiting':
      return 'waiting';
    case 'running':
      return 'running';
    case 'not-due':
      return 'idle';
    default:
      return 'done';
  }
}

/** The tone of a step: its worst open alarm, else its status; idle where there is no instance. */
export function toneOfStep(node: Pick<GraphNode, 'status' | 'alarms'>): Tone {
  if (node.alarms.some(({ severity }) => severity === 'critical')) return 'critical';
  if (node.status === 'failed') return 'critical';
  if (node.alarms.some(({ severity }) => severity === 'warning')) return 'warning';
  return toneOfStepStatus(node.status);
}

/** The tone of a step's status alone. */
export function toneOfStepStatus(status: string | null): Tone {
  switch (status) {
    case 'active':
      return 'waiting';
    case 'running':
      return 'running';
    case 'committed':
      return 'done';
    case 'failed':
      return 'critical';
    case 'withdrawn':
      return 'excused';
    default:
      return 'idle';
  }
}

/** The tone of an instance by its status and health. */
export function toneOfInstance(status: string, health: Health): Tone {
  if (health === 'critical' || status === 'failed') return 'critical';
  if (health === 'warning') return 'warning';
  if (health === 'unknown') return 'unknown';
  if (status === 'expected') return 'idle';
  return status === 'running' ? 'running' : status === 'abandoned' ? 'warning' : 'done';
}

/** The tone of an alarm's severity. */
export function toneOfSeverity(severity: string): Tone {
  return severity === 'critical' ? 'critical' : severity === 'warning' ? 'warning' : 'running';
}

/** Compares tones, the worst first. */
export function worstFirst(a: Tone, b: Tone): number {
  return TONES.indexOf(a) - TONES.indexOf(b);
}
