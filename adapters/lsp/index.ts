export type { History } from './hover.ts';
export { type LanguageServerOptions, serveEditor } from './language-server.ts';
