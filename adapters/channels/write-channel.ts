/** The two channels that write where Milepost runs: `bell` for people at a terminal, `log` one JSON object a line. */
import { stripVTControlCharacters } from 'node:util';
import type { Problem } from '../../checkpoints/index.ts';
import { formatTime } from '../../checkpoints/index.ts';
import type { Sending } from '../../engine/index.ts';
import type { ChannelKind, ChannelWorld } from './channel-kind.ts';

/** Rings the terminal's bell for a new trouble and writes the notice under it. */
export const BELL: ChannelKind = writing({
  type: 'bell',
  about: 'the terminal that Milepost runs in: the bell, and the notice in a few lines',
  line: (sending) => {
    const text = sending.text.replace(/^/gm, '  ');
    return `${sending.recovered ? '' : '\u0007'}${plain(sending.subject)}\n${plain(text)}\n`;
  },
});

/** Writes each notice as a JSON object a line. */
export const LOG: ChannelKind = writing({
  type: 'log',
  about: 'standard output, a JSON object a line',
  line: ({ id, kind, channel, thread, severity, level, attempt, at, subject, text, to }) =>
    `${JSON.stringify({ time: formatTime(at), notice: id, kind, channel, thread, severity, level, attempt, subject, text, to: to.map(({ name }) => name) })}\n`,
});

function writing(kind: {
  readonly type: string;
  readonly about: string;
  readonly line: (sending: Sending) => string;
}): ChannelKind {
  const { type, about, line } = kind;
  return {
    type,
    about,
    local: true,
    settings: [],
    check: (settings) => {
      const problems: readonly Problem[] = Object.keys(settings).map((name) => ({
        path: name,
        message: `${type} has no settings: remove ${name}`,
      }));
      if (problems.length > 0) return { ok: false, problems };
      const open = ({ out }: ChannelWorld) => ({
        send: async (sending: Sending) => {
          out.write(line(sending));
          return { kind: 'sent' as const, detail: null };
        },
        close: async () => {},
      });
      return { ok: true, channel: { open } };
    },
  };
}

/** Foreign text cannot move the cursor or colour the terminal. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return stripVTControlCharacters(text).replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]+/g, ' ');
}
