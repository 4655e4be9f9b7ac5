/** What the API answers of business views, as far as the console reads it. */
import type { Part, ToneCounts } from '../../../../engine/index.ts';
import type { Tone } from '../status/tone.ts';
import type { JournalItem, Title } from './answers.ts';

/** A flow, or a step of it, in one instance, with its status and the reason for it. */
export type ViewPart = Part;

/** A view as it stands in lists. */
export interface ViewItem {
  readonly name: string;
  readonly title: Title;
  /** null: it shows nothing */
  readonly status: Tone | null;
  readonly counts: ToneCounts;
  readonly worst: ViewPart | null;
  readonly nodes: number;
  readonly parents: readonly string[];
}

export interface ViewPage {
  readonly day: string;
  readonly asOf: string;
  readonly items: readonly ViewItem[];
}

export interface ViewNodeItem {
  readonly id: string;
  readonly title: Title;
  readonly kind: 'flow' | 'step' | 'checkpoint' | 'group' | 'view' | 'label';
  readonly flow: string | null;
  readonly step: string | null;
  readonly checkpoint: string | null;
  readonly group: string | null;
  readonly view: string | null;
  readonly x: number | null;
  readonly y: number | null;
  readonly status: Tone | null;
  readonly counts: ToneCounts;
  /** the worst first */
  readonly parts: readonly ViewPart[];
}

export interface ViewLinkItem {
  readonly from: string;
  readonly to: string;
  readonly label: Title;
}

export interface ViewNoteItem {
  readonly text: Title;
  readonly x: number | null;
  readonly y: number | null;
}

export interface ViewInfo extends Omit<ViewItem, 'nodes' | 'parents'> {
  readonly day: string;
  readonly asOf: string;
  readonly parents: readonly { readonly name: string; readonly title: Title }[];
  readonly nodes: readonly ViewNodeItem[];
  readonly links: readonly ViewLinkItem[];
  readonly notes: readonly ViewNoteItem[];
}

export interface ViewEvent extends JournalItem {
  readonly flow: string;
  readonly key: string;
}

export interface ViewEvents {
  readonly day: string;
  readonly items: readonly ViewEvent[];
  readonly more: boolean;
}
