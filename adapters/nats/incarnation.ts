import type { CheckedStream } from './stream.ts';

/**
 * The stream's incarnation as a reader sees it who has read up to `sequence` of the one it knows. The same stream with
 * an earlier end than that has lost messages and gives their numbers to new ones (a restored or torn store): that is a
 * new life of it, written `~2`, `~3` and so on after the name.
 */
export function incarnationFor(
  read: { readonly incarnation: string; readonly sequence: number },
  stream: Pick<CheckedStream, 'incarnation' | 'lastSequence'>,
): string {
  const [name, life = '1'] = read.incarnation.split('~');
  if (name !== stream.incarnation) return stream.incarnation;
  return stream.lastSequence < read.sequence ? `${name}~${Number(life) + 1}` : read.incarnation;
}
