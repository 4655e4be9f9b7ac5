import { readFile } from 'node:fs/promises';
import type { SecretRef } from './channel-kind.ts';

/** A secret that is not where its definition says; the message names the place and the remedy, never a value. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}

const LONGEST = 64 * 1024;

/** Looks a secret up in the environment or a file, without the line end of a file; rejects with SecretError. */
export async function readSecret(
  ref: SecretRef,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  if ('env' in ref) {
    const value = environment[ref.env];
    if (value !== undefined && value !== '') return value;
    throw new SecretError(`the environment variable ${ref.env} is not set: set it, and start Milepost again`);
  }
  let text: string;
  try {
    text = await readFile(ref.file, 'utf8');
  } catch (cause) {
    throw new SecretError(`the secret file ${ref.file} cannot be read: make it, readable for Milepost only`, {
      cause,
    });
  }
  const value = text.replace(/\r?\n$/, '');
  if (value !== '' && value.length <= LONGEST) return value;
  throw new SecretError(`the secret file ${ref.file} is empty or longer than ${LONGEST} characters`);
}
