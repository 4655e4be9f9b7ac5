/** Business views as linked: every name that they show is there. */
import type { Place } from './place.ts';
import type { Title } from './title.ts';
import type { Spot } from './view-document.ts';

/** A step by its flow, and its place there. */
export interface StepOfFlow {
  readonly flow: string;
  readonly step: string;
}

/** What a node shows. The status of a node is the worst of it; a label shows nothing. */
export type Shown =
  | { readonly kind: 'flow'; readonly flow: string }
  | ({ readonly kind: 'step' } & StepOfFlow)
  /** every step of the type, by flow in the order of the documents */
  | { readonly kind: 'checkpoint'; readonly checkpoint: string; readonly steps: readonly StepOfFlow[] }
  | { readonly kind: 'group'; readonly group: string; readonly flows: readonly string[] }
  | { readonly kind: 'view'; readonly view: string }
  | { readonly kind: 'label' };

export interface ViewNode {
  readonly name: string;
  /** its own, else the title or the name of what it shows */
  readonly title: Title;
  readonly shows: Shown;
  readonly spot: Spot | null;
  readonly at: Place;
}

/** A business view: a drawing of what belongs together for people, whatever its order. */
export interface View {
  readonly name: string;
  readonly title: Title | null;
  readonly nodes: readonly ViewNode[];
  readonly links: readonly { readonly from: string; readonly to: string; readonly label: Title | null }[];
  readonly notes: readonly { readonly text: Title; readonly spot: Spot | null }[];
  /** the views that show this one */
  readonly parents: readonly string[];
  readonly at: Place;
}
