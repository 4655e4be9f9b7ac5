/** The extension module: condition functions and handlers that one ES module exports, loaded and checked by name. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { types } from 'node:util';
import {
  type Condition,
  closest,
  compileDefinitions,
  type Definitions,
  type Extensions,
  FUNCTION_NAMES,
  formatFinding,
  type Handler,
  NO_EXTENSIONS,
  RESERVED_WORDS,
} from '../definitions/index.ts';
import type { Source } from '../engine/index.ts';
import { withPresentOwnFlow } from './own-flow.ts';
import { reasonOf } from './reason-of.ts';

export interface LoadedExtensions {
  readonly extensions: Extensions;
  /** as it was asked for; null where there is none */
  readonly path: string | null;
  /** the source of the module, which goes into the revision; null where there is none */
  readonly text: string | null;
}

/** The extension module cannot be opened, or is wrong: `problems` says what, each with its remedy; empty: not opened. */
export class ExtensionFileError extends Error {
  override readonly name = 'ExtensionFileError';
  readonly path: string;
  readonly problems: readonly string[];
  constructor(path: string, problems: readonly string[], message: string, cause?: unknown) {
    super(message, { cause });
    this.path = path;
    this.problems = problems;
  }
}

/** A stored revision of definitions can no longer be compiled; the message names what is missing, and the remedy. */
export class RevisionError extends Error {
  override readonly name = 'RevisionError';
}

const LONGEST_NAME = 64;

/**
 * Loads an extension module: `.js`, `.mjs` or `.ts` with `export const conditions = { … }` and `export const handlers =
 * { … }`, or one of them; null is no module. Throws ExtensionFileError.
 */
export async function loadExtensions(path: string | null): Promise<LoadedExtensions> {
  if (path === null) return { extensions: NO_EXTENSIONS, path, text: null };
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const message = `${path} cannot be opened (${codeOf(error)}): name the ES module with the extension functions`;
    throw new ExtensionFileError(path, [], message, error);
  });
  const exported = await importModule(path, text);
  const problems = checkExports(exported);
  const conditions = functionsOf<Condition>(exported.conditions, 'condition', problems);
  const handlers = functionsOf<Handler>(exported.handlers, 'handler', problems);
  if (problems.length > 0) throw wrong(path, problems);
  return { extensions: { conditions, handlers }, path, text };
}

/** Compiles definitions of an earlier revision with the functions that there are now; null where that fails. */
export function recompile(
  { extensions }: LoadedExtensions,
  sources: readonly Source[],
  revision: string,
): Definitions | null {
  return compileDefinitions(withPresentOwnFlow(sources), revision, extensions).definitions;
}

/** As `recompile`, for those who cannot go on without: throws RevisionError. */
export function recompileOrExplain(
  loaded: LoadedExtensions,
  sources: readonly Source[],
  revision: string,
): Definitions {
  const { definitions, findings } = compileDefinitions(
    withPresentOwnFlow(sources),
    revision,
    loaded.extensions,
  );
  if (definitions !== null) return definitions;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const missing = errors.some(({ code }) => code === 'unknown-function' || code === 'unknown-handler');
  const remedy = !missing
    ? 'run the version of Milepost that they began under until they have ended'
    : loaded.path === null
      ? 'give the extension module that it was written for, --extensions FILE'
      : `put what is missing back into ${loaded.path} until they have ended`;
  throw new RevisionError(
    `instances began under revision ${revision}, which no longer compiles (${errors.map(formatFinding).join('; ')}): ${remedy}`,
  );
}

async function importModule(path: string, text: string): Promise<Readonly<Record<string, unknown>>> {
  if (!/\.(js|mjs|ts|mts)$/.test(path))
    throw wrong(path, ['an extension module is an ES module: name it .mjs, .js or .ts']);
  // the query makes it another module than the one of before, if the file has changed within this process
  const url = `${pathToFileURL(resolve(path)).href}?${createHash('sha256').update(text).digest('hex').slice(0, 12)}`;
  try {
    return await import(url);
  } catch (error) {
    const where = error instanceof SyntaxError ? '; see `node --check` for the line' : '';
    throw wrong(path, [`it cannot be loaded: ${messageOf(error)}${where}`], error);
  }
}

function wrong(path: string, problems: readonly string[], cause?: unknown): ExtensionFileError {
  return new ExtensionFileError(
    path,
    problems,
    problems.map((problem) => `${path}: ${problem}`).join('\n'),
    cause,
  );
}

function checkExports(exported: Readonly<Record<string, unknown>>): string[] {
  if ('conditions' in exported || 'handlers' in exported) return [];
  const meant = Object.keys(exported).find((name) => closest(name, ['conditions', 'handlers']) !== null);
  const hint = meant === undefined ? '' : ` (it exports ${meant})`;
  return [
    `it exports neither conditions nor handlers${hint}: write export const conditions = { isLate(scope) { … } }`,
  ];
}

/** The functions of one export, by name; what is wrong with it goes to `problems`. */
function functionsOf<F extends Condition | Handler>(
  exported: unknown,
  kind: 'condition' | 'handler',
  problems: string[],
): ReadonlyMap<string, F> {
  const found = new Map<string, F>();
  if (exported === undefined) return found;
  if (typeof exported !== 'object' || exported === null || Array.isArray(exported)) {
    problems.push(`${kind}s is no object: write export const ${kind}s = { name(scope) { … } }`);
    return found;
  }
  for (const [name, value] of Object.entries(exported)) {
    const problem = nameProblem(name, kind) ?? functionProblem(value);
    if (problem !== null) problems.push(`${kind} '${name}' ${problem}`);
    // What a function takes and gives is known only when it runs, and is checked then.
    else found.set(name, Reflect.apply(Function.prototype.bind, value, [exported]) as F);
  }
  return found;
}

function nameProblem(name: string, kind: 'condition' | 'handler'): string | null {
  if (name.length > LONGEST_NAME) return `has a name of more than ${LONGEST_NAME} characters: shorten it`;
  if (kind === 'handler')
    return /^[A-Za-z][A-Za-z0-9_-]*$/.test(name)
      ? null
      : 'has no name that an action can call: use a letter, then letters, digits, - and _';
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    return 'has no name that an expression can call: use a letter or _, then letters, digits and _';
  if (FUNCTION_NAMES.includes(name) || RESERVED_WORDS.includes(name))
    return 'has the name of something in the language: give it another';
  return null;
}

function functionProblem(value: unknown): string | null {
  if (typeof value !== 'function') return 'is no function: write name(scope) { … }';
  if (types.isAsyncFunction(value) || types.isGeneratorFunction(value))
    return 'is async or a generator: a decision does not wait, give the result at once';
  return /^class\b/.test(Function.prototype.toString.call(value))
    ? 'is a class: write name(scope) { … }'
    : null;
}

function messageOf(error: unknown): string {
  const message = reasonOf(error);
  return message.replace(/\s+/g, ' ').trim();
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
}
