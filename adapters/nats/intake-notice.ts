/** What operators should hear of; none of it needs an answer from the worker. */
export type IntakeNotice =
  | { readonly kind: 'lost'; readonly text: string }
  | { readonly kind: 'back'; readonly text: string }
  | { readonly kind: 'stream'; readonly text: string }
  /** messages that were applied once are about to be applied again */
  | { readonly kind: 'again'; readonly text: string }
  /** the stream is another one than before, or another life of it; `last` of the one before was the last message read */
  | {
      readonly kind: 'remade';
      readonly text: string;
      readonly before: string;
      readonly now: string;
      readonly last: number;
    }
  /** messages that were never given are no longer in the stream: removed by hand or by age */
  | {
      readonly kind: 'gap';
      readonly text: string;
      readonly incarnation: string;
      readonly from: number;
      readonly to: number;
    };

/** That the next message of a stream came after others which were never given. */
export function gapNotice(
  stream: string,
  { incarnation, received }: { readonly incarnation: string; readonly received: number },
  sequence: number,
): IntakeNotice {
  const [from, to] = [received + 1, sequence - 1];
  const text = `messages ${from} to ${to} of ${stream} were removed before they were read`;
  return { kind: 'gap', text, incarnation, from, to };
}

/** That the stream is another one than the one that was read up to a message. */
export function remadeNotice(
  { incarnation: before, sequence: last }: { readonly incarnation: string; readonly sequence: number },
  now: string,
): IntakeNotice {
  const text = `the stream of events is ${now}, and was ${before}, of which message ${last} was the last one applied`;
  return { kind: 'remade', text, before, now, last };
}
