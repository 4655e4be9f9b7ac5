import type { Batch, Position } from '../../engine/index.ts';
import { batchOf } from '../contracts/store-records.ts';

/** The batch that comes after a position: the next message, its entries of the journal in their places. */
export function batchAfter(previous: Position, parts: Partial<Batch> = {}): Batch {
  const journal = (parts.journal ?? []).map((record, index) => ({
    ...record,
    place: previous.journal + 1 + index,
  }));
  const position = {
    ...previous,
    sequence: previous.sequence + 1,
    journal: previous.journal + journal.length,
  };
  return batchOf(position, { previous, ...parts, journal });
}
