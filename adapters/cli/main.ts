/**
 * The command line: finds the command, gives it its options and the world, and turns what it throws into words and an
 * exit code. Every command is a file of its own, loaded only when it is called.
 */
import { closest } from '../../definitions/index.ts';
import type { Language } from '../../engine/index.ts';
import { DefinitionPathError } from '../definition-files.ts';
import { ExtensionFileError } from '../extension-file.ts';
import type { Command } from './command.ts';
import { commandHelp, programHelp } from './help.ts';
import { createIo, type Io, languageOf } from './io.ts';
import { readOptions } from './options.ts';
import { EXIT, FileTrouble, WrongUse } from './outcome.ts';
import { ServerRefusal, Unreachable } from './server.ts';
import { version } from './version.ts';

interface Entry {
  readonly about: string;
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  up: {
    about: 'runs everything in one process: database, events, engine, API',
    load: async () => (await import('./commands/up.ts')).up,
  },
  demo: {
    about: 'runs everything with a simulated trading day',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  worker: {
    about: 'runs the engine alone, sharing the work with other workers',
    load: async () => (await import('./commands/worker.ts')).worker,
  },
  api: {
    about: 'runs the API alone',
    load: async () => (await import('./commands/api.ts')).api,
  },
  relay: {
    about:
      'sends notices from another zone: takes them from NATS or over HTTP, sends them by its own channels',
    load: async () => (await import('./commands/relay.ts')).relay,
  },
  backup: {
    about: 'writes the database, and of the stream what it has not seen, to files',
    load: async () => (await import('./commands/backup.ts')).backup,
  },
  restore: {
    about: 'brings a backup back into an empty database and an empty stream',
    load: async () => (await import('./commands/restore.ts')).restore,
  },
  doctor: {
    about: 'looks at the database, NATS and the workers, and says what is missing',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  lint: {
    about: 'checks definitions',
    load: async () => (await import('./commands/lint.ts')).lint,
  },
  test: {
    about: 'runs the tests that stand beside definitions, in virtual time',
    load: async () => (await import('./commands/test.ts')).test,
  },
  init: {
    about: 'makes a folder of definitions to begin with',
    load: async () => (await import('./commands/init.ts')).init,
  },
  lsp: {
    about: 'serves an editor: findings, completion, hovers',
    load: async () => (await import('./commands/lsp.ts')).lsp,
  },
  replay: {
    about: 'runs an event log through definitions, without servers',
    load: async () => (await import('./commands/replay.ts')).replay,
  },
  import: {
    about: 'turns BPMN diagrams into definitions, and event logs into events',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  discover: {
    about: 'finds a first flow in an event log',
    load: async () => (await import('./commands/discover.ts')).discoverCommand,
  },
  export: {
    about: 'writes definitions as BPMN, Mermaid or a statechart, and what happened as XES or OCEL',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  diff: {
    about: 'shows which alarms a change of definitions adds, removes or moves',
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  revisions: {
    about: 'lists which instances run under which definitions',
    load: async () => (await import('./commands/revisions.ts')).revisions,
  },
  reload: {
    about: 'lets a running Milepost read its definitions again',
    load: async () => (await import('./commands/reload.ts')).reload,
  },
  send: {
    about: 'sends checkpoint events to a running Milepost',
    load: async () => (await import('./commands/send.ts')).send,
  },
  status: {
    about: "shows the day's ledger, the instances of a flow, or the steps of one",
    load: async () => (await import('./commands/status.ts')).status,
  },
  alarms: {
    about: 'lists alarms',
    load: async () => (await import('./commands/alarms.ts')).alarms,
  },
  waive: {
    about: 'excuses a flow or a step of it for a day, or takes that back',
    load: async () => (await import('./commands/waive.ts')).waive,
  },
  ack: {
    about: 'acknowledges an alarm, assigns it, or comments on it',
    load: async () => (await import('./commands/ack.ts')).ack,
  },
  silence: {
    about: 'silences alarms until a time, ends silences, lists them',
    load: async () => (await import('./commands/silence.ts')).silence,
  },
  route: {
    about: 'answers who would be told of an alarm, when and by what',
    load: async () => (await import('./commands/route.ts')).route,
  },
  close: {
    about: 'closes an open alarm by hand',
    load: async () => (await import('./commands/close.ts')).close,
  },
  rejected: {
    about: 'lists messages that were refused, or sends one again',
    load: async () => (await import('./commands/rejected.ts')).rejected,
  },
  audit: {
    about: 'lists who did what',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  explain: {
    about: 'tells why an instance is as it is, and why no other alarm was raised',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  tail: {
    about: 'follows the changes of instances and alarms as they happen',
    load: async () => (await import('./commands/tail.ts')).tail,
  },
};

/** Runs a command line in this process; sets its exit code. */
export async function run(args: readonly string[]): Promise<void> {
  // whoever reads has enough, as `head` has: not an error
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  process.stderr.on('error', () => undefined);
  const { stdin, stdout, stderr, env } = process;
  process.exitCode = await execute(
    args,
    (language) => createIo({ stdin, stdout, stderr, env, language }),
    languageOf(env),
  );
}

/** Runs a command line; gives its exit code. `world` makes the world for the language that was asked for. */
export async function execute(
  args: readonly string[],
  world: (language: Language) => Io,
  language: Language,
): Promise<number> {
  const io = world(language);
  const [first, ...rest] = args;
  if (first === undefined || first === 'help' || first === '--help' || first === '-h')
    return generalHelp(rest[0], first !== undefined, io);
  if (first === '--version' || first === 'version') {
    await io.out(`${version()}\n`);
    return EXIT.done;
  }
  const entry = entryOf(first);
  if (entry === null) {
    io.say(`milepost: ${unknownCommand(first)}`);
    return EXIT.wrongUse;
  }
  try {
    const command = await entry.load();
    const { operands, options } = readOptions(command, rest);
    if (options.flag('help')) {
      await io.out(commandHelp(command));
      return EXIT.done;
    }
    const chosen = options.text('lang');
    const spoken = chosen === undefined ? io : world(chosen === 'zh' ? 'zh' : 'en');
    return await command.run({ operands, options, io: spoken });
  } catch (error) {
    return explain(error, first, io);
  }
}

async function generalHelp(name: string | undefined, asked: boolean, io: Io): Promise<number> {
  const entry = name === undefined || name.startsWith('-') ? undefined : entryOf(name);
  if (entry === null) {
    io.say(`milepost: ${unknownCommand(name ?? '')}`);
    return EXIT.wrongUse;
  }
  if (entry !== undefined) await io.out(commandHelp(await entry.load()));
  else {
    const text = programHelp(Object.entries(COMMANDS).map(([command, { about }]) => [command, about]));
    if (asked) await io.out(text);
    else io.say(text.trimEnd());
  }
  return asked ? EXIT.done : EXIT.wrongUse;
}

function entryOf(name: string): Entry | null {
  return Object.hasOwn(COMMANDS, name) ? (COMMANDS[name] ?? null) : null;
}

function unknownCommand(name: string): string {
  if (name.startsWith('-')) return `there is no option ${name} before a command: see milepost --help`;
  const near = closest(name, Object.keys(COMMANDS));
  return `there is no command "${name}": ${near === null ? 'see milepost --help' : `did you mean ${near}?`}`;
}

/** Says what went wrong; gives the exit code. */
function explain(error: unknown, command: string, io: Io): number {
  const say = (text: string) => io.say(`milepost ${command}: ${text}`);
  if (!(error instanceof Error)) throw error;
  if (error instanceof WrongUse) {
    say(`${error.message} (milepost ${command} --help)`);
    return EXIT.wrongUse;
  }
  if (error instanceof FileTrouble || error instanceof DefinitionPathError) {
    say(error.message);
    return EXIT.wrongUse;
  }
  if (error instanceof ExtensionFileError) {
    io.say(error.message);
    return error.problems.length > 0 ? EXIT.findings : EXIT.wrongUse;
  }
  if (error instanceof ServerRefusal) {
    say(error.message);
    for (const { path, message } of error.errors) io.say(`  ${path === '' ? '' : `${path}: `}${message}`);
    return error.status >= 500 ? EXIT.unreachable : EXIT.wrongUse;
  }
  if (error instanceof Unreachable) {
    say(error.message);
    return EXIT.unreachable;
  }
  if ('code' in error && error.code === 'EPIPE') return EXIT.done;
  if ('code' in error && 'path' in error && 'syscall' in error) {
    say(
      `${String(error.path)} cannot be used (${String(error.code)}): name another one, or grant the right to it`,
    );
    return EXIT.wrongUse;
  }
  say(`a fault of Milepost, please report it: ${error.stack ?? error.message}`);
  return EXIT.broken;
}
