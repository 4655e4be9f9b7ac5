import type { Document } from './document.ts';
import { createFindings } from './findings.ts';
import type { Definitions } from './flow.ts';
import { linkTest } from './link-test.ts';
import type { Finding } from './place.ts';
import type { TestCase } from './test-case.ts';

/** The tests among some documents, in their order, without those that are wrong; and what is wrong with them. */
export function linkTests(
  documents: readonly Document[],
  definitions: Definitions,
): { readonly tests: readonly TestCase[]; readonly findings: readonly Finding[] } {
  const all = createFindings();
  const tests = documents.flatMap((document) => {
    if (document.kind !== 'test') return [];
    const findings = createFindings();
    const test = linkTest(document, { definitions, findings });
    all.add(findings.list());
    return test ?? [];
  });
  return { tests, findings: all.list() };
}
