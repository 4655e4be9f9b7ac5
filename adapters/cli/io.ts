import type { Readable, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import type { Language } from '../../engine/index.ts';
import { type Tint, tinted } from './tint.ts';

/** What a command has of the world around it. */
export interface Io {
  readonly stdin: Readable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly language: Language;
  /** ms since the epoch */
  readonly now: () => number;
  /** Writes a piece of the result to standard output; resolves when there is room for more. */
  readonly out: (text: string) => Promise<void>;
  /** Writes words for people to standard error, as lines of their own. */
  readonly say: (text: string) => void;
  /** Colours a text of standard output, where it is a terminal that shows colours. */
  readonly tint: (tint: Tint | null, text: string) => string;
}

interface Stream extends Writable {
  readonly isTTY?: boolean;
}

/** Whether to colour what goes to a stream: a terminal, unless NO_COLOR or a dumb terminal say otherwise. */
export function hasColor(stream: { readonly isTTY?: boolean }, env: Io['env']): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** The language of a locale's environment: Chinese for `zh…`, else English. */
export function languageOf(env: Io['env']): Language {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return /^zh/i.test(locale) ? 'zh' : 'en';
}

/** The world of a process. */
export function createIo(options: {
  readonly stdin: Readable;
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Io['env'];
  readonly language: Language;
}): Io {
  const { stdin, stdout, stderr, env, language } = options;
  const color = hasColor(stdout, env);
  return {
    stdin,
    env,
    language,
    now: Date.now,
    out: (text) => written(stdout, text),
    say: (text) => void stderr.write(`${safe(text)}\n`),
    tint: (tint, text) => (color && tint !== null ? tinted(tint, text) : text),
  };
}

function written(stream: Stream, text: string): Promise<void> {
  if (stream.write(text)) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const settle = (error?: Error) => {
      stream.off('drain', settle);
      stream.off('error', settle);
      if (error === undefined) resolve();
      else reject(error);
    };
    stream.once('drain', settle);
    stream.once('error', settle);
  });
}

/** Text from files and servers must not steer the terminal. */
function safe(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, ' ');
}
