import { type Extensions, type Finding, NO_EXTENSIONS } from '../../definitions/index.ts';
import { ExtensionFileError, loadExtensions } from '../extension-file.ts';
import type { OptionSpec } from './option.ts';

/** The option of every command that reads definitions. */
export const EXTENSIONS_OPTION: OptionSpec = {
  value: 'FILE',
  about: 'an ES module with extension functions: conditions for expressions, handlers for call actions',
};

/** What a module that is wrong would have defined is not known: that it is missing says nothing. */
const FROM_MODULE: ReadonlySet<string> = new Set(['unknown-function', 'unknown-handler']);

/** The functions of a module, and what is wrong with it. */
export interface CheckedExtensions {
  readonly extensions: Extensions;
  readonly findings: readonly Finding[];
  /** what remains of the findings about definitions without those that only follow from a wrong module */
  readonly certain: (findings: readonly Finding[]) => readonly Finding[];
}

/**
 * The functions of a module, for whoever looks for everything that is wrong: a module that cannot be used is a finding
 * like others. Throws ExtensionFileError where it cannot be opened.
 */
export async function checkedExtensions(path: string | null): Promise<CheckedExtensions> {
  try {
    const { extensions } = await loadExtensions(path);
    return { extensions, findings: [], certain: (findings) => findings };
  } catch (error) {
    if (!(error instanceof ExtensionFileError) || error.problems.length === 0) throw error;
    const at = { file: error.path, line: 1, column: 1 };
    return {
      extensions: NO_EXTENSIONS,
      findings: error.problems.map((message) => ({ at, severity: 'error', code: 'bad-extension', message })),
      certain: (findings) => findings.filter(({ code }) => !FROM_MODULE.has(code)),
    };
  }
}
