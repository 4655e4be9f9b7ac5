/** What the command line takes of the language server, which is a folder of its own. */
export { type History, serveEditor } from './lsp/index.ts';
