/**
 * Definitions that are exchanged while everything runs: read, tried out in a process of their own, and only then put in
 * the place of the old ones, all or nothing.
 *
 * 1. One reload at a time; what is asked for meanwhile is done after it, once.
 * 2. Whatever is wrong with the new ones, the old ones stay, and somebody is told.
 * 3. The same contents are no change.
 */

import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type ActiveSet, loadActiveSet } from './active-set.ts';
import { checkDefinitions } from './check-definitions.ts';
import { DefinitionPathError } from './definition-files.ts';
import { commitsOf, foldersAmong, readDefinitionSet } from './definition-set.ts';
import { ExtensionFileError } from './extension-file.ts';
import type { Log } from './log.ts';
import { withOwnFlow } from './own-flow.ts';
import { reasonOf } from './reason-of.ts';
import { watchFiles } from './watch-files.ts';

/** What came of a reload; `errors` has a line for each thing that is wrong. */
export interface ReloadOutcome {
  readonly kind: 'same' | 'activated' | 'broken';
  /** the revision in use afterwards */
  readonly revision: string;
  readonly errors: readonly string[];
  /** ms */
  readonly at: number;
}

export interface ReloadingOptions {
  readonly paths: readonly string[];
  readonly extensions: string | null;
  readonly first: ActiveSet;
  readonly log: Log;
  readonly now: () => number;
  /** Puts a set in the place of the one in use; resolves once that is done. */
  readonly activate: (set: ActiveSet) => Promise<void>;
  /** told of every outcome but `same` */
  readonly onOutcome: (outcome: ReloadOutcome) => Promise<void>;
  /** told of every outcome of following, and why it was looked at */
  readonly onFollowed?: (why: string, outcome: ReloadOutcome) => Promise<void>;
}

export interface Reloading {
  active(): ActiveSet;
  /** the last outcome that was more than `same`; null before the first */
  last(): ReloadOutcome | null;
  /** Reads the definitions again; `why` is for the log. Never rejects. */
  reload(why: string): Promise<ReloadOutcome>;
  /** Reloads by itself whenever folders change, or git revisions move, until `signal`; ms between looks at git. */
  follow(signal: AbortSignal, poll?: number): Promise<void>;
}

const SETTLE = 500;
const POLL = 15_000;

/** Reloading of the definitions of some paths. */
export function createReloading(options: ReloadingOptions): Reloading {
  const { paths, log, now } = options;
  let active = options.first;
  let last: ReloadOutcome | null = null;
  let running: Promise<ReloadOutcome> | null = null;
  let next: Promise<ReloadOutcome> | null = null;
  let brokenRevision: string | null = null;

  async function once(why: string): Promise<ReloadOutcome> {
    const found = await readNew(options, active.definitions.revision);
    const { revision } = active.definitions;
    if (found.kind === 'same') {
      const wasBroken = brokenRevision !== null;
      brokenRevision = null;
      const outcome: ReloadOutcome = { kind: 'same', revision, errors: [], at: now() };
      // back to what is in use: sound again, without anything to exchange
      if (wasBroken) await tell(outcome);
      return outcome;
    }
    if (found.kind === 'broken') {
      const outcome: ReloadOutcome = { kind: 'broken', revision, errors: found.errors, at: now() };
      const isNews = found.revision === null || found.revision !== brokenRevision;
      brokenRevision = found.revision ?? '';
      for (const error of found.errors) log.error(error);
      log.error(`the definitions are broken (${why}): those of revision ${revision} stay in use`);
      if (isNews) await tell(outcome);
      last = outcome;
      return outcome;
    }
    await options.activate(found.set);
    active = found.set;
    brokenRevision = null;
    log.info(
      `definitions of revision ${active.definitions.revision} are in use (${why}); instances that have begun keep revision ${revision}`,
    );
    const outcome: ReloadOutcome = {
      kind: 'activated',
      revision: active.definitions.revision,
      errors: [],
      at: now(),
    };
    await tell(outcome);
    return outcome;
  }

  async function tell(outcome: ReloadOutcome): Promise<void> {
    last = outcome;
    await options.onOutcome(outcome).catch((error: unknown) => {
      log.warn(`what became of the definitions could not be told: ${reasonOf(error)}`);
    });
  }

  function guarded(why: string): Promise<ReloadOutcome> {
    return once(why).catch((error: unknown) => {
      const outcome: ReloadOutcome = {
        kind: 'broken',
        revision: active.definitions.revision,
        errors: [`they could not be exchanged: ${reasonOf(error)}`],
        at: now(),
      };
      log.error(`${outcome.errors[0]}`);
      last = outcome;
      return outcome;
    });
  }

  function reload(why: string): Promise<ReloadOutcome> {
    if (running === null) {
      running = guarded(why).finally(() => {
        running = null;
      });
      return running;
    }
    next ??= running.then(() => {
      next = null;
      return reload(why);
    });
    return next;
  }

  return {
    active: () => active,
    last: () => last,
    reload,
    async follow(signal, poll = POLL) {
      const { extensions } = options;
      const folders = [...foldersAmong(paths), ...(extensions === null ? [] : [extensions])];
      // the first look is for what has changed since they were loaded
      const look = () => followed('files have changed');
      const watching =
        folders.length === 0 ? Promise.resolve() : watchFiles(folders, { settle: SETTLE, signal }, look);
      await Promise.all([watching, followGit(signal, poll)]);
    },
  };

  async function followed(why: string): Promise<void> {
    const outcome = await reload(why);
    await options.onFollowed?.(why, outcome);
  }

  async function followGit(signal: AbortSignal, poll: number): Promise<void> {
    if (foldersAmong(paths).length === paths.length) return;
    let known = await commitsOf(paths).catch(() => '');
    while (!signal.aborted) {
      await delay(poll, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      // a revision that is gone for now is looked for again
      const commits = await commitsOf(paths).catch(() => known);
      if (commits === known) continue;
      known = commits;
      await followed('the git revision has moved');
    }
  }
}

type Found =
  | { readonly kind: 'same' }
  | { readonly kind: 'broken'; readonly revision: string | null; readonly errors: readonly string[] }
  | { readonly kind: 'new'; readonly set: ActiveSet };

async function readNew({ paths, extensions }: ReloadingOptions, revision: string): Promise<Found> {
  try {
    // its text alone is read here: the module runs in the child first
    const text = extensions === null ? null : await readText(extensions);
    const found = await readDefinitionSet(paths, text);
    if (found.revision === revision) return { kind: 'same' };
    const errors = await checkDefinitions({ sources: withOwnFlow(found.sources), extensions });
    if (errors.length > 0) return { kind: 'broken', revision: found.revision, errors };
    const { set } = await loadActiveSet(paths, extensions);
    if (set === null || set.definitions.revision !== found.revision)
      return { kind: 'broken', revision: null, errors: ['they changed while they were read: reload again'] };
    return { kind: 'new', set };
  } catch (error) {
    if (error instanceof DefinitionPathError || error instanceof ExtensionFileError)
      return { kind: 'broken', revision: null, errors: [error.message] };
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new ExtensionFileError(path, [], `${path} cannot be opened: ${reasonOf(error)}`, error);
  });
}
