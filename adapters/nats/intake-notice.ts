/** What operators should hear of; none of it needs an answer from the worker. */
export type IntakeNotice =
  | { readonly kind: 'lost'; readonly text: string }
  | { readonly kind: 'back'; readonly text: string }
  | { readonly kind: 'stream'; readonly text: string }
  /** messages that were applied once are about to be applied again */
  | { readonly kind: 'again'; readonly text: string }
  /** messages that were never given are no longer in the stream: removed by hand or by age */
  | { readonly kind: 'gap'; readonly text: string; readonly from: number; readonly to: number };
