/** Words for operators on standard error: one line each, for people on a terminal, as JSON elsewhere. */
import { stripVTControlCharacters } from 'node:util';

export type Level = 'info' | 'warn' | 'error';

export interface Log {
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly error: (text: string) => void;
}

/** A log onto a stream; `json` gives one object a line: time, level, message. Control characters never reach it. */
export function createLog(out: { write(text: string): unknown }, json: boolean): Log {
  const say = (level: Level, text: string) => {
    const message = redact(clean(text));
    const now = new Date();
    if (json) out.write(`${JSON.stringify({ time: now.toISOString(), level, message })}\n`);
    else out.write(`${now.toTimeString().slice(0, 8)} ${level === 'info' ? '' : `${level}: `}${message}\n`);
  };
  return {
    info: (text) => say('info', text),
    warn: (text) => say('warn', text),
    error: (text) => say('error', text),
  };
}

function clean(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}

/** Passwords in addresses. */
function redact(text: string): string {
  return text.replace(/(\w+:\/\/[^:/@\s]+):[^@/\s]+@/g, '$1:***@');
}
