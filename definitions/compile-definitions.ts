import { type Extensions, NO_EXTENSIONS } from './extensions.ts';
import { sortFindings } from './findings.ts';
import { type Linked, linkDefinitions } from './link-definitions.ts';
import { type DefinitionSource, readDefinitions } from './read-definitions.ts';

/** Look-ups of whole documents: what they miss may stand in a document that could not be read. */
const DOCUMENT_LOOKUPS: ReadonlySet<string> = new Set([
  'unknown-calendar',
  'unknown-channel',
  'unknown-checkpoint',
  'unknown-flow',
]);

/**
 * Reads and links definition files in one go: definitions, or null where a finding is an error, and all findings
 * sorted by file, line and column. `revision` is the hash of the sources' contents.
 */
export function compileDefinitions(
  sources: readonly DefinitionSource[],
  revision: string,
  extensions: Extensions = NO_EXTENSIONS,
): Linked {
  const read = readDefinitions(sources);
  const linked = linkDefinitions(read.documents, revision, extensions);
  if (read.findings.every((finding) => finding.severity !== 'error'))
    return {
      definitions: linked.definitions,
      findings: sortFindings([...read.findings, ...linked.findings]),
    };
  const certain = linked.findings.filter((finding) => !DOCUMENT_LOOKUPS.has(finding.code));
  return { definitions: null, findings: sortFindings([...read.findings, ...certain]) };
}
