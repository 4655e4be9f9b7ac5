/** The applications of the demo as child processes: started, looked after, ended with this one. */
import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { APPLICATION_NAMES, HISTORY } from './story.ts';

export interface ProducerOptions {
  /** the data folder in which the demo was prepared */
  readonly folder: string;
  /** with user and password; producers get it by their environment, never by their command line */
  readonly natsUrl: string | null;
  /** `http://127.0.0.1:4600`, used where there is no NATS */
  readonly httpUrl: string | null;
  /** what goes wrong, and with `verbose` every event */
  readonly log?: (text: string) => void;
  readonly verbose?: boolean;
}

export interface Producers {
  /** Resolves when everything that lay in the past at the start has been acknowledged. */
  readonly caughtUp: Promise<void>;
  /** Resolves when the story is told, or they were stopped. */
  readonly done: Promise<void>;
  /** the processes that run now */
  pids(): readonly number[];
  /** Ends them and waits for that; twice is fine. */
  stop(): Promise<void>;
}

const AGAIN = 1_000;
/** Ended for a reason that starting again does not remove. */
const WRONG_USE = 2;

const PROGRAM = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './producer.ts' : './producer.js', import.meta.url),
);

/** Starts one process for each application of the story; one that dies is started again. */
export function startProducers(options: ProducerOptions): Producers {
  return startAll(APPLICATION_NAMES, options);
}

/** Starts a process that sends what all of them reported on earlier days, and then ends. */
export function startHistory(options: ProducerOptions): Producers {
  return startAll([HISTORY], options);
}

function startAll(names: readonly string[], options: ProducerOptions): Producers {
  if (options.natsUrl === null && options.httpUrl === null)
    throw new Error('broken rule: producers need a NATS server or the HTTP intake');
  const stopping = new AbortController();
  const running = new Set<ChildProcess>();
  const supervised = names.map((name) => supervise(name, { options, running, signal: stopping.signal }));
  const done = Promise.all(supervised.map((one) => one.done)).then(() => undefined);
  return {
    caughtUp: Promise.all(supervised.map((one) => one.caughtUp)).then(() => undefined),
    done,
    pids: () => [...running].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    async stop() {
      stopping.abort();
      for (const child of running) child.kill();
      await done;
    },
  };
}

function supervise(
  name: string,
  context: {
    readonly options: ProducerOptions;
    readonly running: Set<ChildProcess>;
    readonly signal: AbortSignal;
  },
): { readonly caughtUp: Promise<void>; readonly done: Promise<void> } {
  const { options, running, signal } = context;
  const caughtUp = Promise.withResolvers<void>();
  const run = async () => {
    while (!signal.aborted) {
      const code = await runOnce(name, { options, running, onCaughtUp: caughtUp.resolve });
      if (code === 0 || code === WRONG_USE || signal.aborted) break;
      options.log?.(`the producer ${name} ended (${code ?? 'by a signal'}); starting it again`);
      await delay(AGAIN, undefined, { signal }).catch(() => undefined);
    }
    caughtUp.resolve();
  };
  return { caughtUp: caughtUp.promise, done: run() };
}

/** Runs a producer to its end; gives its exit code, null where a signal ended it. */
async function runOnce(
  name: string,
  context: {
    readonly options: ProducerOptions;
    readonly running: Set<ChildProcess>;
    readonly onCaughtUp: () => void;
  },
): Promise<number | null> {
  const { options, running, onCaughtUp } = context;
  const child = fork(PROGRAM, [options.folder, name], {
    execArgv: [],
    env: environment(options),
    stdio: ['ignore', 'ignore', options.verbose === true ? 'pipe' : 'ignore', 'ipc'],
  });
  running.add(child);
  child.on('message', (message) => {
    const { kind, text } = messageOf(message);
    if (kind === 'caught-up') onCaughtUp();
    if (kind === 'trouble') options.log?.(`the producer ${name} ${text}`);
  });
  if (child.stderr !== null)
    createInterface({ input: child.stderr }).on('line', (line) => options.log?.(line));
  try {
    return await new Promise((resolve) => {
      child.once('exit', (code) => resolve(code));
      child.once('error', (error) => {
        options.log?.(`the producer ${name} cannot be started: ${error.message}`);
        resolve(null);
      });
    });
  } finally {
    running.delete(child);
  }
}

function environment(options: ProducerOptions): NodeJS.ProcessEnv {
  const { NATS_URL: _nats, MILEPOST_URL: _http, ...rest } = process.env;
  if (options.natsUrl !== null) return { ...rest, NATS_URL: options.natsUrl };
  return { ...rest, MILEPOST_URL: options.httpUrl ?? '' };
}

function messageOf(message: unknown): { readonly kind: string; readonly text: string } {
  if (typeof message !== 'object' || message === null) return { kind: '', text: '' };
  const fields = new Map<string, unknown>(Object.entries(message));
  return { kind: String(fields.get('kind') ?? ''), text: String(fields.get('text') ?? '') };
}
