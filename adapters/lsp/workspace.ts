/**
 * The definitions of an editor's workspace: what lies in its folders, with what is being edited in their place, read as one
 * set whenever something changed.
 */
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type Document,
  type Finding,
  lintDefinitions,
  NO_EXTENSIONS,
  readDefinitions,
} from '../../definitions/index.ts';
import { readDefinitionFiles } from '../definition-files.ts';

type FlowDocument = Extract<Document, { readonly kind: 'flow' }>;
type CheckpointDocument = Extract<Document, { readonly kind: 'checkpoint' }>;

/** What is known of a set of definitions, sound or not. */
export interface Known {
  readonly documents: readonly Document[];
  readonly findings: readonly Finding[];
}

export class Workspace {
  readonly #folders: string[];
  readonly #open = new Map<string, string>();

  constructor(folders: readonly string[]) {
    this.#folders = [...folders];
  }

  edit(uri: string, text: string): void {
    this.#open.set(fileURLToPath(uri), text);
  }

  close(uri: string): void {
    this.#open.delete(fileURLToPath(uri));
  }

  text(uri: string): string {
    return this.#open.get(fileURLToPath(uri)) ?? '';
  }

  /** Reads everything; findings are at absolute paths. */
  async read(): Promise<Known> {
    const found = new Map<string, string>();
    for (const folder of this.#folders) {
      const files = await readDefinitionFiles([folder], null, true).catch(() => null);
      for (const { file, text } of files?.sources ?? []) found.set(file, text);
    }
    for (const [file, text] of this.#open) found.set(file, text);
    const sources = [...found].map(([file, text]) => ({ file, text }));
    const { drafts } = readDefinitions(sources);
    const today = new Date().toISOString().slice(0, 10);
    const findings = lintDefinitions(sources, { extensions: NO_EXTENSIONS, today: () => today });
    return { documents: drafts.documents, findings: findings.map((finding) => this.#shown(finding)) };
  }

  /** Messages name other files shortly, as they lie below the workspace. */
  #shown(finding: Finding): Finding {
    const folder = this.#folders.find((each) => finding.message.includes(`${each}/`));
    if (folder === undefined) return finding;
    return { ...finding, message: finding.message.replaceAll(`${folder}/`, relative(folder, folder)) };
  }
}

/** The address that an editor knows a file by. */
export function uriOf(file: string): string {
  return pathToFileURL(file).href;
}

export function flowNamed(known: Known, name: string): FlowDocument | null {
  return known.documents.find((one): one is FlowDocument => one.kind === 'flow' && one.name === name) ?? null;
}

export function checkpointNamed(known: Known, name: string | null): CheckpointDocument | null {
  return (
    known.documents.find(
      (one): one is CheckpointDocument => one.kind === 'checkpoint' && one.name === name,
    ) ?? null
  );
}

/** Names of the documents of a kind, each once. */
export function namesOf(known: Known, kind: Document['kind']): readonly string[] {
  return [...new Set(known.documents.filter((one) => one.kind === kind).map(({ name }) => name))];
}
