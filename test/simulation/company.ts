import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileDefinitions, type Definitions } from '../../definitions/index.ts';

const EXAMPLE = join(import.meta.dirname, '../../definitions/examples/futures-company');

/** The definitions of the futures company, as they are shipped. */
export function compileCompany(): Definitions {
  const files = readdirSync(EXAMPLE).filter((file) => file.endsWith('.yaml') && !file.endsWith('.test.yaml'));
  const sources = files.sort().map((file) => ({ file, text: readFileSync(join(EXAMPLE, file), 'utf8') }));
  const { definitions, findings } = compileDefinitions(sources, 'simulation');
  if (definitions === null) throw new Error(findings.map(({ message }) => message).join('; '));
  return definitions;
}
