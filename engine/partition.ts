/**
 * Which instances live and commit together, and in which partition.
 *
 * 1. The root of a key is its first part. Whatever influences each other has the same root: a child's key is its parent's
 *    with a suffix that begins with `/` (family.ts), a follower by `start.after` has the key of what it follows (kin.ts),
 *    a day that is expected has a key of its own; expressions reach no other instance. Calendars are the same for all.
 * 2. A root lives in one partition. Its number is that of NATS' `{{partition(n,…)}}` over the first token of the key in a
 *    subject: FNV-1a (32 bit) modulo n, so that subjects can be mapped to partitions by the server.
 */
import { partitionToken } from '../checkpoints/index.ts';

/** The first part of a key. */
export function rootOf(key: string): string {
  const end = key.indexOf('/');
  return end === -1 ? key : key.slice(0, end);
}

/** The partition, `'0'` to `'count - 1'`, in which everything with the root of this key lives. */
export function partitionOf(key: string, count: number): string {
  return count === 1 ? '0' : partitionOfToken(partitionToken(key), count);
}

/** The partition of what has this token as the first of its key in its subject. */
export function partitionOfToken(token: string, count: number): string {
  return String(fnv1a(token) % count);
}

/** FNV-1a, 32 bit, of a text of ASCII characters, which subject tokens are; unsigned. */
function fnv1a(token: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < token.length; at++) hash = Math.imul(hash ^ token.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
