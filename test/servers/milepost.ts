import type { ChildProcess } from 'node:child_process';
import { linesFrom, start, type World } from '../integration/cli-process.ts';
import { OPERATOR } from './operator.ts';
import { type ProcessFamily, processFamily } from './process-family.ts';

/** `milepost` as a process of its own, what it says, and what it answers over HTTP. */
export interface Milepost {
  readonly pid: number;
  /** what it said on standard error so far */
  said(level?: string): readonly string[];
  /** Resolves with the first line that matches, said already or not; rejects with everything said when it ends before. */
  line(pattern: RegExp): Promise<string>;
  /** Resolves with its address once it serves. */
  serves(): Promise<string>;
  signal(signal: NodeJS.Signals): void;
  /** resolves with the exit code, or with the signal that ended it */
  readonly ended: Promise<number | string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of many shapes
  readonly body: any;
}

const running = new Set<ChildProcess>();

/** Starts `milepost` with these arguments. */
export function startMilepost(args: readonly string[], world: World = {}): Milepost {
  const child = start(args, world);
  running.add(child);
  const lines: { readonly level: string; readonly message: string }[] = [];
  let over = false;
  let news = Promise.withResolvers<void>();
  const tell = () => {
    news.resolve();
    news = Promise.withResolvers<void>();
  };
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => {
      running.delete(child);
      over = true;
      tell();
      resolve(code ?? signal ?? 'gone');
    });
  });
  const listen = async () => {
    for await (const text of linesFrom(child.stderr)) {
      lines.push(readLine(text));
      tell();
    }
  };
  void listen();
  const line = async (pattern: RegExp) => {
    for (;;) {
      const found = lines.find(({ message }) => pattern.test(message));
      if (found !== undefined) return found.message;
      if (over)
        throw new Error(`it ended before it said ${pattern}: ${lines.map((one) => one.message).join('\n')}`);
      await news.promise;
    }
  };
  return {
    pid: child.pid ?? 0,
    said: (level) =>
      lines.filter((one) => level === undefined || one.level === level).map((one) => one.message),
    line,
    serves: async () => /serves at (\S+)/.exec(await line(/serves at/))?.[1] ?? '',
    signal: (signal) => void child.kill(signal),
    ended,
  };
}

/** Ends what is still running, at once, with the processes of the family and theirs; for `afterEach`. */
export function killMileposts(family: ProcessFamily = processFamily()): void {
  for (const { pid } of running) if (pid !== undefined) family.note(pid);
  for (const child of running) child.kill('SIGKILL');
  family.kill();
}

function readLine(text: string): { readonly level: string; readonly message: string } {
  try {
    return JSON.parse(text);
  } catch {
    return { level: 'text', message: text };
  }
}

/** One request; the body of the answer is read as JSON where it is. */
export async function ask(address: string, path: string, body?: string | Uint8Array): Promise<Answer> {
  const response = await fetch(new URL(path, address), {
    signal: AbortSignal.timeout(20_000),
    ...(body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { ...OPERATOR, 'content-type': 'application/x-ndjson' },
          body,
        }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Everything in a list of the API, page by page. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of many shapes
export async function listAll(address: string, path: string): Promise<readonly any[]> {
  const items: unknown[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const mark: string = path.includes('?') ? '&' : '?';
    const { status, body }: Answer = await ask(
      address,
      cursor === '' ? path : `${path}${mark}cursor=${encodeURIComponent(cursor)}`,
    );
    if (status !== 200) throw new Error(`${path} answers ${status}: ${JSON.stringify(body)}`);
    items.push(...body.items);
    cursor = body.next ?? null;
  }
  return items;
}

/** The check of that name in `/readyz`. */
export async function readiness(address: string): Promise<{ status: number; ok: Record<string, boolean> }> {
  const { status, body } = await ask(address, '/readyz');
  const checks: readonly { name: string; ok: boolean }[] = body.checks;
  return { status, ok: Object.fromEntries(checks.map(({ name, ok }) => [name, ok])) };
}
