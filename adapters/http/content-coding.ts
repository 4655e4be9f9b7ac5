/** Compressed answers: of files as they were built, of JSON as it is sent. */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

export type Coding = 'br' | 'gzip';

/** The best of the codings that an Accept-Encoding header takes; null where it takes none of them. */
export function bestCoding(accepted: string, codings: readonly Coding[]): Coding | null {
  const takes = (coding: Coding) =>
    new RegExp(`(^|[\\s,])${coding}\\s*(,|$|;\\s*q=(?!0(\\.0*)?\\s*(,|$)))`).test(accepted);
  return codings.find(takes) ?? null;
}

/** Shorter texts are not worth it. */
const WORTH_IT = 1024;
// Lists shrink to a fiftieth in less time than they take to be written; better settings gain little and take much longer.
const BROTLI = { [constants.BROTLI_PARAM_QUALITY]: 3, [constants.BROTLI_PARAM_LGWIN]: 18 };

/** The forms in which a value was sent already: what several share is written and compressed once. */
interface Forms {
  readonly text: string;
  br?: Buffer;
  gzip?: Buffer;
}

const known = new WeakMap<object, Forms>();

/** A value as JSON, as it is to be sent to somebody who accepts these codings, with the headers that say how. */
export function encoded(
  value: unknown,
  accepted: string,
): { readonly body: string | Buffer; readonly headers: Readonly<Record<string, string>> } {
  const forms = formsOf(value);
  const { text } = forms;
  if (text.length < WORTH_IT) return { body: text, headers: {} };
  const coding = bestCoding(accepted, ['br', 'gzip']);
  const vary = { vary: 'accept-encoding' };
  if (coding === null) return { body: text, headers: vary };
  forms[coding] ??= compressed(text, coding);
  return { body: forms[coding], headers: { ...vary, 'content-encoding': coding } };
}

function formsOf(value: unknown): Forms {
  if (typeof value !== 'object' || value === null) return { text: JSON.stringify(value) };
  const forms = known.get(value) ?? { text: JSON.stringify(value) };
  known.set(value, forms);
  return forms;
}

function compressed(text: string, coding: Coding): Buffer {
  return coding === 'br' ? brotliCompressSync(text, { params: BROTLI }) : gzipSync(text, { level: 1 });
}
