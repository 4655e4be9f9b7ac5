/** What a demo needs before anything runs: a round that goes on or begins, and the definitions that belong to it. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compressDefinitions, type DefinitionFile, theCalendar } from './compress.ts';
import { DemoError, nextRound, type Round, readRound, writeRound } from './round.ts';

export interface DemoOptions {
  /** the data folder, `.milepost`; the demo keeps everything in `demo` below it */
  readonly folder: string;
  /** the present, ms */
  readonly now: number;
  /** how long a new day lasts; default 5. A round that goes on keeps its own */
  readonly minutes?: number;
  /** ms from `now` to the beginning of a new day, for the rest to come up; default 10,000 */
  readonly lead?: number;
  /** how many earlier trading days there are at most; default 20 */
  readonly history?: number;
  /** the definitions to play by; default: the futures company that is shipped */
  readonly definitionsFolder?: string;
}

export interface Demo extends Round {
  /** the folder of the definitions to serve */
  readonly definitions: string;
  /** whether a round that was interrupted goes on */
  readonly resumed: boolean;
}

/**
 * Goes on with the round that is kept in the folder, or begins the next one and writes its definitions. Definitions of a
 * round that goes on are left as they are, edited or not. Rejects with DemoError when the demo cannot be played.
 */
export async function prepareDemo(options: DemoOptions): Promise<Demo> {
  const { folder, now, minutes = 5, lead = 10_000, history = 20 } = options;
  const definitions = join(folder, 'demo', 'definitions');
  const last = await readRound(folder);
  if (last !== null && now < last.end && existsSync(definitions))
    return { ...last, definitions, resumed: true };
  const files = await readFiles(options.definitionsFolder ?? shippedExample());
  const round = nextRound({ from: now + lead, minutes, last, calendar: theCalendar(files), history });
  await writeFiles(definitions, compressDefinitions(files, round));
  await writeRound(folder, round);
  return { ...round, definitions, resumed: false };
}

/** Beside the sources, and one folder further up from what is built of them. */
function shippedExample(): string {
  const places = ['../..', '../../..'].map((root) =>
    fileURLToPath(new URL(`${root}/definitions/examples/futures-company`, import.meta.url)),
  );
  const found = places.find((place) => existsSync(place));
  if (found === undefined)
    throw new DemoError(
      `the definitions of the demo are not in ${places.join(' nor in ')}; install milepost anew`,
    );
  return found;
}

async function readFiles(folder: string): Promise<readonly DefinitionFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new DemoError(`${folder} cannot be opened; name a folder of definition files`, { cause: error });
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name)).sort();
  if (files.length === 0) throw new DemoError(`${folder} has no definition files, *.yaml`);
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(join(folder, file), 'utf8') })));
}

/** All or none: a demo that is killed here finds the definitions of the round before, or no folder. */
async function writeFiles(folder: string, files: readonly DefinitionFile[]): Promise<void> {
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const { file, text } of files) await writeFile(join(fresh, file), text);
  await rm(folder, { recursive: true, force: true });
  await rename(fresh, folder);
}
