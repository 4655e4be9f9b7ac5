/**
 * Lines in the order of their times, however many there are: what fits is sorted in memory, the rest in runs on disk that
 * are merged. Lines of the same time keep their order.
 */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface TimedLine {
  readonly time: number;
  readonly text: string;
}

/** How many lines are held in memory at once. */
const RUN = 100_000;

/** The lines, sorted; `run` is how many are held at once. */
export async function* sortedByTime(lines: AsyncIterable<TimedLine>, run = RUN): AsyncGenerator<string> {
  let held: TimedLine[] = [];
  const files: string[] = [];
  let folder: string | null = null;
  try {
    for await (const line of lines) {
      held.push(line);
      if (held.length < run) continue;
      folder ??= await mkdtemp(join(tmpdir(), 'milepost-sort-'));
      const file = join(folder, String(files.length));
      await writeFile(
        file,
        sorted(held).map(({ time, text }) => `${time} ${text}\n`),
      );
      files.push(file);
      held = [];
    }
    yield* merged([...files.map(linesOf), inMemory(sorted(held))]);
  } finally {
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

function sorted(lines: TimedLine[]): TimedLine[] {
  return lines.sort((a, b) => a.time - b.time);
}

async function* inMemory(lines: readonly TimedLine[]): AsyncGenerator<TimedLine> {
  yield* lines;
}

async function* linesOf(file: string): AsyncGenerator<TimedLine> {
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const space = line.indexOf(' ');
    yield { time: Number(line.slice(0, space)), text: line.slice(space + 1) };
  }
}

/** Runs that are sorted each, as one; of equal times the earlier run comes first. */
async function* merged(runs: readonly AsyncGenerator<TimedLine>[]): AsyncGenerator<string> {
  const heads = await Promise.all(runs.map(async (run) => ({ run, head: await run.next() })));
  for (;;) {
    let first: (typeof heads)[number] | null = null;
    for (const each of heads) {
      if (each.head.done === true) continue;
      if (first === null || first.head.done === true || each.head.value.time < first.head.value.time)
        first = each;
    }
    if (first === null || first.head.done === true) return;
    yield first.head.value.text;
    first.head = await first.run.next();
  }
}
