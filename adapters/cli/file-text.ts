import { isUtf8 } from 'node:buffer';
import { openLog } from './event-log.ts';
import type { Io } from './io.ts';
import { FileTrouble } from './outcome.ts';

/**
 * The whole text of a file, or of standard input for `-`, unpacked where it is packed with gzip; throws FileTrouble where it
 * cannot be read or unpacks to more than `most` bytes. A file that says so in its first line is read as Latin-1, else UTF-8.
 */
export async function readWhole(path: string, stdin: Io['stdin'], most: number): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of openLog(path, stdin)) {
    size += piece.length;
    if (size > most)
      throw new FileTrouble(
        `${path === '-' ? 'standard input' : path} has more than ${most} bytes: split it`,
      );
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  const head = bytes.subarray(0, 200).toString('latin1');
  const declared = /^[^\n>]*encoding=["']([\w-]+)["']/.exec(head)?.[1]?.toLowerCase() ?? 'utf-8';
  const encoding = /^(?:iso-8859-1|latin1|windows-1252|us-ascii)$/.test(declared)
    ? 'windows-1252'
    : encodingOf(bytes);
  return new TextDecoder(isUtf8(bytes) ? 'utf-8' : encoding).decode(bytes);
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}
