/**
 * A file of lines that is only added to: what was added is on the disk, and there again after any end of the process.
 *
 * 1. `add` resolves after the line was synced. A line that could not be written whole is taken back.
 * 2. A last line that is not whole (the machine ended while it was written) was never confirmed, and is left out.
 * 3. `replace` puts shorter lines in the place of all, at once or not at all.
 * 4. Its user waits for one call before the next.
 */
import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface NoticeJournal {
  /** bytes */
  size(): number;
  add(line: string): Promise<void>;
  replace(lines: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** A journal with what was in it when it was opened, line by line. */
export interface OpenedJournal {
  readonly lines: readonly string[];
  readonly journal: NoticeJournal;
}

/** Opens the journal, which is made where there is none. */
export async function openJournal(path: string): Promise<OpenedJournal> {
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  let file = await open(path, 'a', 0o600);
  await syncFolder(path);
  const bytes = await readFile(path);
  let size = bytes.lastIndexOf(0x0a) + 1;
  if (size < bytes.length) await file.truncate(size);
  const lines = bytes.subarray(0, size).toString('utf8').split('\n').slice(0, -1);
  /** part of a line may stand at the end */
  let broken = false;
  /** another file has taken the name, and that may not last yet */
  let renamed = false;

  async function takeBack(): Promise<void> {
    broken = true;
    await file.truncate(size);
    await file.datasync();
    broken = false;
  }

  async function keepName(): Promise<void> {
    await syncFolder(path);
    renamed = false;
  }

  const journal: NoticeJournal = {
    size: () => size,
    async add(line) {
      if (broken) await takeBack();
      if (renamed) await keepName();
      const bytes = Buffer.from(`${line}\n`);
      try {
        await file.appendFile(bytes);
        await file.datasync();
      } catch (error) {
        await takeBack().catch(() => undefined);
        throw error;
      }
      size += bytes.length;
    },
    async replace(lines) {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
      const next = await written(fresh, bytes);
      await rename(fresh, path).catch(async (error: unknown) => {
        await next.close();
        throw error;
      });
      const old = file;
      [file, size, broken, renamed] = [next, bytes.length, false, true];
      await old.close();
      await keepName();
    },
    close: () => file.close(),
  };
  return { lines, journal };
}

async function written(path: string, bytes: Uint8Array): Promise<FileHandle> {
  const file = await open(path, 'a', 0o600);
  try {
    await file.truncate(0);
    await file.appendFile(bytes);
    await file.datasync();
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Makes the name of a new file last. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
