import { readFile } from 'node:fs/promises';
import type { SendOutcome } from '../../engine/index.ts';
import { SecretError } from './secret.ts';

/** What the sending came to; a secret that is not there is a failure that its place explains. */
export async function failedWithoutSecret(send: () => Promise<SendOutcome>): Promise<SendOutcome> {
  try {
    return await send();
  } catch (error) {
    // it may be put there while Milepost runs
    if (error instanceof SecretError) return { kind: 'retry', after: null, reason: error.message };
    throw error;
  }
}

/** The PEM text of the authority's file; null where none is named. */
export async function caOf(path: string | null): Promise<string | null> {
  if (path === null) return null;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new SecretError(
      `the certificate file ${path} cannot be read: correct \`ca\`, or make the file readable`,
      {
        cause,
      },
    );
  }
}
