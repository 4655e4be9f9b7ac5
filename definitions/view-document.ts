/** Documents of the kind `view` as read: what is drawn on a business view. Names are not yet looked up. */
import type { MayLack } from './lost.ts';
import type { Located, Place } from './place.ts';
import type { Title } from './title.ts';

/** What a node stands for; a label stands for nothing. */
export type ShownDocument =
  | { readonly kind: 'flow'; readonly flow: Located<string>; readonly step: Located<string> | null }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Located<string> }
  | { readonly kind: 'group'; readonly group: Located<string> }
  | { readonly kind: 'view'; readonly view: Located<string> }
  | { readonly kind: 'label'; readonly label: Title };

/** Where something is drawn: pixels from the left and the top of the drawing, at its full size. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface ViewNodeDocument extends MayLack {
  readonly at: Place;
  readonly name: string;
  readonly shows: ShownDocument;
  readonly title: Title | null;
  /** null: laid out */
  readonly spot: Spot | null;
}

/** A line between two nodes; it says nothing about order. */
export interface ViewLinkDocument extends MayLack {
  readonly at: Place;
  readonly from: Located<string>;
  readonly to: Located<string>;
  readonly label: Title | null;
}

export interface ViewNoteDocument extends MayLack {
  readonly at: Place;
  readonly text: Title;
  /** null: below the drawing */
  readonly spot: Spot | null;
}

export interface ViewDocument extends MayLack {
  readonly kind: 'view';
  readonly at: Place;
  readonly name: string;
  readonly title: Title | null;
  readonly nodes: readonly ViewNodeDocument[];
  readonly links: readonly ViewLinkDocument[];
  readonly notes: readonly ViewNoteDocument[];
}
