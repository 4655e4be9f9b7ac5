import { type Extensions, NO_EXTENSIONS } from './extensions.ts';
import { formatPlace, sortFindings } from './findings.ts';
import { type Linked, linkDrafts } from './link-definitions.ts';
import type { Finding } from './place.ts';
import { type DefinitionSource, readDefinitions } from './read-definitions.ts';

/**
 * Reads and links definition files in one go: definitions, or null where a finding is an error, and all findings
 * sorted by file, line and column. What has errors is linked as far as it can be read, so that one run finds all that
 * is certain. `revision` is the hash of the sources' contents.
 */
export function compileDefinitions(
  sources: readonly DefinitionSource[],
  revision: string,
  extensions: Extensions = NO_EXTENSIONS,
): Linked {
  const read = readDefinitions(sources);
  const linked = linkDrafts(read.drafts, revision, extensions);
  const said = new Set(read.findings.map(subjectOf));
  const added = linked.findings.filter((finding) => !said.has(subjectOf(finding)));
  const broken = read.findings.some((finding) => finding.severity === 'error');
  return {
    definitions: broken ? null : linked.definitions,
    findings: sortFindings([...read.findings, ...added]),
  };
}

/** What a finding is about: the reader and the linker look at some things both, each in its own words. */
function subjectOf({ at, code }: Finding): string {
  return `${formatPlace(at)} ${code}`;
}
