/**
 * A language server for definitions over a pair of streams: findings as they are typed, completion, hover. It speaks the
 * Language Server Protocol, so that any editor that does can use it.
 */
import { fileURLToPath } from 'node:url';
import {
  CompletionItemKind,
  createConnection,
  DiagnosticSeverity,
  MarkupKind,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node';
import type { Finding } from '../../definitions/index.ts';
import { type Suggestion, suggestionsAt } from './completion.ts';
import { type History, hoverAt } from './hover.ts';
import { placeAt } from './path-at.ts';
import { type Known, uriOf, Workspace } from './workspace.ts';

export interface LanguageServerOptions {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly version: string;
  /** how a step went lately, for hovers */
  readonly history: History;
}

/** Findings follow a change after so long, ms: while someone types nothing is read. */
const SETTLE = 120;

const ITEM_KINDS: Readonly<Record<Suggestion['kind'], CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  value: CompletionItemKind.Value,
  step: CompletionItemKind.Class,
  parameter: CompletionItemKind.Variable,
  state: CompletionItemKind.EnumMember,
  document: CompletionItemKind.Module,
  alarm: CompletionItemKind.Event,
  function: CompletionItemKind.Function,
};

/** Serves one editor until it says goodbye or its stream ends. */
export function serveEditor(options: LanguageServerOptions): Promise<void> {
  const connection = createConnection(
    new StreamMessageReader(options.input),
    new StreamMessageWriter(options.output),
  );
  let workspace = new Workspace([]);
  let known: Known = { documents: [], findings: [] };
  let told = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  const over = Promise.withResolvers<void>();

  async function refresh(): Promise<void> {
    known = await workspace.read();
    const byFile = Map.groupBy(known.findings, ({ at }) => at.file);
    for (const file of told) if (!byFile.has(file)) await publish(file, []);
    for (const [file, findings] of byFile) await publish(file, findings);
    told = new Set(byFile.keys());
  }

  function publish(file: string, findings: readonly Finding[]): Promise<void> {
    return connection.sendDiagnostics({ uri: uriOf(file), diagnostics: findings.map(diagnostic) });
  }

  function changed(): void {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void refresh(), SETTLE);
  }

  connection.onInitialize(({ workspaceFolders, rootUri }) => {
    const folders = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri ? [rootUri] : []);
    workspace = new Workspace(folders.map((uri) => fileURLToPath(uri)));
    return {
      capabilities: {
        textDocumentSync: TextDocumentSyncKind.Full,
        completionProvider: { triggerCharacters: [' ', ':', '{', ',', '[', "'"] },
        hoverProvider: true,
      },
      serverInfo: { name: 'milepost', version: options.version },
    };
  });
  connection.onInitialized(changed);
  connection.onDidOpenTextDocument(({ textDocument: { uri, text } }) => {
    workspace.edit(uri, text);
    changed();
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri }, contentChanges }) => {
    workspace.edit(uri, contentChanges.at(-1)?.text ?? '');
    changed();
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    workspace.close(uri);
    changed();
  });
  connection.onDidChangeWatchedFiles(changed);
  connection.onCompletion(async ({ textDocument: { uri }, position: { line, character } }) => {
    const now = await workspace.read();
    const place = placeAt(workspace.text(uri), line, character);
    return suggestionsAt(place, now.documents.length > 0 ? now : known).map((each) => ({
      label: each.label,
      kind: ITEM_KINDS[each.kind],
      detail: each.about,
      insertText: each.insert,
    }));
  });
  connection.onHover(async ({ textDocument: { uri }, position: { line, character } }) => {
    const value = await hoverAt(workspace.text(uri), line, character, known, options.history);
    return value === null ? null : { contents: { kind: MarkupKind.Markdown, value } };
  });
  const end = () => {
    if (timer !== null) clearTimeout(timer);
    over.resolve();
  };
  connection.onExit(end);
  options.input.once('end', end);
  options.input.once('close', end);
  connection.listen();
  return over.promise;
}

/** Lines and columns count from 1 in findings, from 0 in editors; the mark reaches to the end of the word there. */
function diagnostic({ at, severity, code, message }: Finding) {
  const start = { line: at.line - 1, character: at.column - 1 };
  return {
    range: { start, end: { line: start.line, character: start.character + 1 } },
    severity: severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
    code,
    source: 'milepost',
    message,
  };
}
