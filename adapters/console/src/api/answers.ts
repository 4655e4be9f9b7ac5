/** What the API answers, as far as the console reads it. Times are UTC texts with milliseconds. */
import type { Frame, GraphView, Health, LedgerRow, Playback as Playing } from '../../../../engine/index.ts';

export type { Frame, GraphView, Health, LedgerRow };
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
  readonly kind: 'flow' | 'view' | 'step' | 'instance' | 'alarm';
  /** null for a view */
  readonly flow: string | null;
  readonly view: string | null;
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

export interface ParamInfo {
  readonly name: string;
  readonly type: string;
  readonly unit: string | null;
  readonly title: Title;
  readonly default: Value;
  /** the parameter that is copied into it from the step before */
  readonly from: string | null;
  /** the expression that it is derived by */
  readonly value: string | null;
}

export interface TimerInfo {
  readonly name: string;
  readonly after: string | null;
  readonly in: string | null;
  readonly severity: string;
}

/** A step as its definition has it. */
export interface StepInfo {
  readonly name: string;
  readonly title: Title;
  readonly kind: 'checkpoint' | 'flow' | 'gate';
  readonly checkpoint: string | null;
  readonly flow: string | null;
  readonly states: readonly { readonly name: string; readonly next: readonly string[] }[];
  readonly params: readonly ParamInfo[];
  readonly timers: readonly TimerInfo[];
}

/** A view that shows a flow, or steps of it. */
export interface ShowingView {
  readonly name: string;
  readonly title: Title;
  readonly whole: boolean;
  readonly steps: readonly string[];
}

/** A flow with its definition. */
export interface FlowInfo extends Omit<FlowItem, 'steps'> {
  readonly revision: string;
  readonly steps: readonly StepInfo[];
  readonly graph: GraphView;
  /** the business views that show it */
  readonly views: readonly ShowingView[];
}

export interface InstanceItem {
  readonly flow: string;
  readonly key: string;
  readonly status: 'expected' | 'running' | 'committed' | 'failed' | 'abandoned';
  readonly health: Health;
  readonly deviated: boolean;
  readonly openAlarms: number;
  readonly group: string | null;
  readonly tradingDay: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly updatedAt: string;
  readonly revision: string;
}

export interface Waiver {
  readonly step: string | null;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** One instance with every step. */
export interface InstanceInfo extends InstanceItem {
  readonly state: string | null;
  readonly parent: { readonly flow: string; readonly key: string } | null;
  readonly corrected: boolean;
  readonly steps: Readonly<
    Record<
      string,
      {
        readonly status: string;
        readonly state: string | null;
        readonly visits: number;
        readonly activatedAt: string | null;
        readonly endedAt: string | null;
        readonly params: Readonly<Record<string, Value>>;
      }
    >
  >;
  readonly deviations: readonly {
    readonly rule: string;
    readonly step: string | null;
    readonly at: string;
    readonly detail: string;
  }[];
  readonly waivers: readonly Waiver[];
  readonly visits: readonly {
    readonly step: string;
    readonly visit: number;
    readonly status: string;
    readonly state: string | null;
    readonly activatedAt: string | null;
    readonly endedAt: string | null;
    readonly waived: boolean;
  }[];
  readonly timers: readonly { readonly step: string | null; readonly name: string; readonly due: string }[];
}

export interface JournalItem {
  readonly id: string;
  readonly step: string | null;
  readonly event: string;
  readonly time: string;
  readonly receivedAt: string;
  readonly content: Readonly<Record<string, unknown>>;
}

export interface HistoryRow extends InstanceItem {
  readonly steps: Readonly<
    Record<
      string,
      {
        readonly status: string;
        readonly visits: number;
        readonly activatedAt: string | null;
        readonly endedAt: string | null;
      }
    >
  >;
  readonly alarms: readonly {
    readonly id: string;
    readonly step: string | null;
    readonly name: string;
    readonly severity: string;
    readonly raisedAt: string;
    readonly clearedAt: string | null;
  }[];
}

/** The last trading days of a flow, the latest first. */
export interface History {
  readonly flow: string;
  readonly until: string;
  readonly items: readonly HistoryRow[];
  readonly usual: {
    readonly of: number;
    readonly took: number | null;
    readonly steps: Readonly<Record<string, number>>;
  };
}

export interface Playback extends Playing {
  /** whether the journal comes to the instance that is stored */
  readonly asStored: boolean;
}
