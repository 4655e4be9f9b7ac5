import { type FileHandle, open } from 'node:fs/promises';
import type { Io } from './io.ts';

const BLOCK = 256 * 1024;

/** Where a result goes piece by piece: a file that is written anew, or standard output. */
export async function openText(file: string | undefined, io: Io) {
  const handle: FileHandle | null = file === undefined ? null : await open(file, 'w');
  let block = '';
  const flush = async () => {
    const text = block;
    block = '';
    if (text === '') return;
    if (handle === null) await io.out(text);
    else await handle.write(text);
  };
  return {
    async write(text: string): Promise<void> {
      block += text;
      if (block.length >= BLOCK) await flush();
    },
    async close(): Promise<void> {
      await flush();
      await handle?.close();
    },
  };
}
