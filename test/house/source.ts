import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAst } from 'vitest/node';

/** Something that a source file does, and the line it does it on. */
export interface Use {
  readonly what: string;
  readonly line: number;
}

/** An import or re-export of a module. */
export interface Import extends Use {
  /** what is taken from it by name; null where it is all of it, or nothing by name */
  readonly names: readonly string[] | null;
}

/** One source file, as the rules of the house see it. */
export interface Source {
  /** relative to the root, with `/` */
  readonly path: string;
  readonly lines: number;
  /** module specifiers, those of types and of `import()` too */
  readonly imports: readonly Import[];
  /** reads of clock, randomness, machine and world, as `Date.now` or `process` */
  readonly impure: readonly Use[];
  /** `await` and `async` */
  readonly waits: readonly Use[];
}

/** Stands for the specifier of an `import()` that only running it would tell. */
export const COMPUTED = 'a computed module';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage']);

/** Globals that reach the machine or the world, whatever is done with them. */
const WORLDLY = new Set([
  ...['process', 'globalThis', 'global', 'performance', 'console', 'navigator', 'require', 'module'],
  ...[
    'setTimeout',
    'setInterval',
    'setImmediate',
    'clearTimeout',
    'clearInterval',
    'clearImmediate',
    'queueMicrotask',
  ],
  ...[
    'fetch',
    'WebSocket',
    'EventSource',
    'XMLHttpRequest',
    'crypto',
    'localStorage',
    'Intl',
    'Temporal',
    'Worker',
  ],
]);

/** Members of harmless globals and of luxon that read clock, randomness or the machine's zone. */
const WORLDLY_MEMBERS = new Set([
  ...['Date.now', 'Math.random', 'DateTime.now', 'DateTime.local', 'DateTime.utc', 'Settings.now'],
  ...['Settings.defaultZone', 'SystemZone.instance', 'Info.normalizeZone', 'Atomics.wait'],
]);

/** Methods whose answer depends on the machine's zone or locale. */
const LOCAL_METHODS = new Set([
  ...[
    'getTimezoneOffset',
    'getHours',
    'getMinutes',
    'getSeconds',
    'getDate',
    'getDay',
    'getMonth',
    'getFullYear',
  ],
  ...['setHours', 'setMinutes', 'setSeconds', 'setDate', 'setMonth', 'setFullYear', 'localeCompare'],
  ...['toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'toLocaleUpperCase', 'toLocaleLowerCase'],
]);

/** All files below a folder of the root, relative to the root, in a fixed order. */
export function filesBelow(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !SKIPPED.has(entry.name) && !entry.name.startsWith('.'))
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(root, path) : [path];
    })
    .sort();
}

/** Parses one TypeScript or JavaScript file; throws where it is not one. */
export function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const lang = path.endsWith('.tsx') ? 'tsx' : path.endsWith('.ts') ? 'ts' : 'js';
  const nodes = nodesOf(parseAst(text.replace(/^#!.*/, ''), { lang }));
  const lineOf = (node: Node) => text.slice(0, node.start).split('\n').length;
  const uses = (find: (visit: Visit) => string | null): Use[] =>
    nodes.flatMap((visit) => {
      const what = find(visit);
      return what === null ? [] : [{ what, line: lineOf(visit.node) }];
    });
  const own = new Set(nodes.flatMap(boundNames));
  return {
    path,
    lines: text.trimEnd().split('\n').length,
    imports: nodes.flatMap(({ node }) => {
      const what = importOf(node);
      return what === null ? [] : [{ what, line: lineOf(node), names: namesOf(node) }];
    }),
    impure: uses((visit) => impurityOf(visit, own)),
    waits: uses(({ node }) => waitOf(node)),
  };
}

/** A node with the way it hangs in its parent. */
interface Visit {
  readonly node: Node;
  readonly parent: Node | null;
  readonly key: string;
}

function nodesOf(root: unknown): Visit[] {
  const found: Visit[] = [];
  const walk = (value: unknown, parent: Node | null, key: string): void => {
    if (Array.isArray(value)) for (const item of value) walk(item, parent, key);
    if (!isNode(value)) return;
    found.push({ node: value, parent, key });
    for (const [name, child] of Object.entries(value)) walk(child, value, name);
  };
  walk(root, null, '');
  return found;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function importOf(node: Node): string | null {
  if (!['Import', 'Export', 'TSImport', 'TSExternal'].some((start) => node.type.startsWith(start)))
    return null;
  const source = node.source ?? node.expression;
  if (!isNode(source)) return null;
  if (source.type === 'Literal' && typeof source.value === 'string') return source.value;
  return node.type === 'ImportExpression' ? COMPUTED : null;
}

function namesOf(node: Node): string[] | null {
  const specifiers: unknown[] = Array.isArray(node.specifiers) ? node.specifiers : [];
  const names = specifiers.map((specifier) => {
    if (!isNode(specifier)) return null;
    const name = specifier.type === 'ExportSpecifier' ? specifier.local : specifier.imported;
    return isNode(name) && typeof name.name === 'string' ? name.name : null;
  });
  return names.length > 0 && names.every((name) => name !== null) ? names : null;
}

/** Names that a declaration, parameter or import of the file binds: these are no globals. */
function boundNames({ node, parent, key }: Visit): string[] {
  if (node.type !== 'Identifier' || parent === null || typeof node.name !== 'string') return [];
  const declares =
    ((parent.type === 'VariableDeclarator' || /^(Function|Class|TSEnum)/.test(parent.type)) &&
      key === 'id') ||
    key === 'params' ||
    key === 'local' ||
    key === 'param' ||
    (parent.type === 'ArrowFunctionExpression' && key !== 'body');
  return declares ? [node.name] : [];
}

function impurityOf({ node, parent, key }: Visit, own: ReadonlySet<string>): string | null {
  if (node.type === 'MetaProperty' && isNode(node.meta) && node.meta.name === 'import') return 'import.meta';
  if (node.type === 'NewExpression' || node.type === 'CallExpression') return clockOf(node, own);
  if (node.type === 'MemberExpression') {
    const { object, property, computed } = node;
    if (!isNode(property)) return null;
    const name = computed ? property.value : property.name;
    if (typeof name !== 'string') return null;
    if (LOCAL_METHODS.has(name)) return `.${name}`;
    const member = isNode(object) && object.type === 'Identifier' ? `${object.name}.${name}` : '';
    return WORLDLY_MEMBERS.has(member) ? member : null;
  }
  if (node.type !== 'Identifier' || typeof node.name !== 'string') return null;
  if (!WORLDLY.has(node.name) || own.has(node.name)) return null;
  const isName =
    (key === 'property' || key === 'key') && parent?.computed !== true && parent?.shorthand !== true;
  const isTypeName = parent?.type.startsWith('TS') && parent.type !== 'TSTypeQuery' && key !== 'expression';
  const isExportedName = key === 'imported' || key === 'exported';
  return isName || isTypeName || isExportedName ? null : node.name;
}

function clockOf(node: Node, own: ReadonlySet<string>): string | null {
  const { callee } = node;
  if (!isNode(callee) || callee.type !== 'Identifier' || callee.name !== 'Date' || own.has('Date'))
    return null;
  if (node.type === 'CallExpression') return 'Date()';
  return Array.isArray(node.arguments) && node.arguments.length === 0 ? 'new Date()' : null;
}

function waitOf(node: Node): string | null {
  if (node.type === 'AwaitExpression') return 'await';
  if (node.type === 'ForOfStatement' && node.await === true) return 'for await';
  return node.async === true ? 'async' : null;
}
