/** What the API answers, as far as the console reads it. Times are UTC texts with milliseconds. */
import type { Explanation, GraphView, Health, LedgerRow } from '../../../../engine/index.ts';

export type { Explanation, GraphView, Health, LedgerRow };
export type GraphNode = GraphView['nodes'][number];
export type GraphEdge = GraphView['edges'][number];
/** A text for all languages, one for each, or none. */
export type Title = LedgerRow['title'];
export type Value = string | number | boolean | null;

export interface DayCounts {
  readonly day: string;
  readonly counts: Readonly<Record<'expected' | 'running' | 'committed' | 'failed' | 'abandoned', number>>;
  readonly health: Health | null;
}

/** A flow as it stands in lists. */
export interface FlowItem {
  readonly name: string;
  readonly title: Title;
  readonly group: string | null;
  readonly calendar: string;
  readonly zone: string;
  readonly steps: number;
  /** flows that have it as a step */
  readonly nestedIn: readonly string[];
  /** when it is to start: at a time, or after another flow; null where it is not expected */
  readonly start: { readonly due?: string | null; readonly after?: string } | null;
  readonly today: DayCounts;
}

export interface FlowPage {
  readonly revision: string;
  readonly items: readonly FlowItem[];
}

export interface Day {
  readonly day: string;
  readonly asOf: string;
  readonly rows: readonly LedgerRow[];
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A problem details document (RFC 9457). */
export interface Problem {
  readonly title: string;
  readonly status: number;
  readonly detail: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail: string }[];
}

export interface SearchHit {
  readonly kind: 'flow' | 'step' | 'instance' | 'alarm';
  readonly flow: string;
  readonly key: string | null;
  readonly step: string | null;
  /** of the alarm */
  readonly id: string | null;
  readonly title: Title;
  readonly text: string | null;
  readonly health: Health | null;
  readonly severity: string | null;
  readonly open: boolean | null;
  readonly tradingDay: string | null;
}

/** A trading day with its neighbours, by the calendar of most flows. */
export interface TradingDay {
  /** the trading day that most flows are in now */
  readonly today: string;
  readonly day: string;
  readonly isTradingDay: boolean;
  readonly previous: string | null;
  readonly next: string | null;
  /** the zone of most flows */
  readonly zone: string;
  readonly asOf: string;
}

/** What is usual for a flow; spans in milliseconds. */
export interface UsualFlow {
  readonly flow: string;
  readonly of: number;
  /** when it usually starts on the day asked for */
  readonly start: string | null;
  readonly took: number | null;
  readonly steps: Readonly<Record<string, number>>;
}

export interface AlarmItem {
  readonly id: string;
  readonly flow: string;
  readonly key: string;
  readonly step: string | null;
  readonly name: string;
  readonly source: string;
  readonly severity: 'info' | 'warning' | 'critical';
  readonly group: string | null;
  readonly tradingDay: string;
  readonly text: string;
  readonly count: number;
  readonly open: boolean;
  readonly late: boolean;
  readonly raisedAt: string;
  readonly lastAt: string;
  readonly clearedAt: string | null;
  readonly clearedBy: string | null;
}
