import { existsSync, readFileSync } from 'node:fs';

/** The version of the package that this file is part of, whether it runs from the sources or as it was built. */
export function version(): string {
  const manifest = ['../../package.json', '../../../package.json']
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  if (manifest === undefined) throw new Error('broken rule: the program lies in its package');
  const read: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : '';
}
