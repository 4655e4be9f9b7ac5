import { type History, serveEditor } from '../../edit.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../outcome.ts';
import { type Server, serverOf, URL_OPTION } from '../server.ts';
import { version } from '../version.ts';

/** `milepost lsp`: a language server for editors, over standard input and output. */
export const lsp: Command = {
  usage: 'lsp [options]',
  about:
    'Serves an editor by the Language Server Protocol over standard input and output: findings as they are typed, completion, hovers.',
  operands: { least: 0, most: 0 },
  options: { url: URL_OPTION, stdio: { value: null, about: 'what editors ask for; there is no other way' } },
  examples: [{ line: 'lsp', about: 'started by the editor, see adapters/lsp/README.md' }],
  notes: [
    'Hovers of a step show its last trading days where an address is given by --url or MILEPOST_URL.',
    'Exit codes: 0 the editor said goodbye.',
  ],
  async run({ options, io }) {
    const asked = options.text('url') !== undefined || io.env.MILEPOST_URL !== undefined;
    const history = asked ? historyFrom(serverOf(options, io.env)) : async () => [];
    await serveEditor({ input: process.stdin, output: process.stdout, version: version(), history });
    return EXIT.done;
  },
};

/** The last five trading days of a step, a line each; nothing where the server does not answer. */
function historyFrom(server: Server): History {
  return async (flow, step) => {
    try {
      const path = `/api/v1/flows/${encodeURIComponent(flow)}/history`;
      const answer = await server.read(path, { days: '5' }, ['items']);
      const items: unknown = 'items' in answer ? answer.items : [];
      const rows = (Array.isArray(items) ? items : []).flatMap((item: unknown) => rowOf(item, step));
      return rows.length === 0 ? [] : [`the last days:\n${rows.join('\n')}`];
    } catch {
      return []; // a hover is no place for a server's troubles
    }
  };
}

function rowOf(item: unknown, step: string): readonly string[] {
  const day = field(item, 'tradingDay');
  const of = field(field(item, 'steps'), step);
  const [status, from, to] = [field(of, 'status'), field(of, 'activatedAt'), field(of, 'endedAt')];
  if (typeof day !== 'string' || typeof status !== 'string') return [];
  const took =
    typeof from === 'string' && typeof to === 'string'
      ? `, ${Math.round((Date.parse(to) - Date.parse(from)) / 60_000)} min`
      : '';
  return [`- ${day}: ${status}${took}`];
}

function field(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? Reflect.get(of, name) : undefined;
}
