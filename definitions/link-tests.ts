import type { Document } from './document.ts';
import { createFindings } from './findings.ts';
import type { Definitions } from './flow.ts';
import { type IsRouted, linkTest } from './link-test.ts';
import type { Finding } from './place.ts';
import type { TestCase } from './test-case.ts';

/**
 * The tests among some documents, in their order, without those that are wrong; and what is wrong with them. `isRouted`
 * knows the channels that policies use; absent: there are none.
 */
export function linkTests(
  documents: readonly Document[],
  definitions: Definitions,
  isRouted: IsRouted = () => false,
): { readonly tests: readonly TestCase[]; readonly findings: readonly Finding[] } {
  const all = createFindings();
  const tests = documents.flatMap((document) => {
    if (document.kind !== 'test') return [];
    const findings = createFindings();
    const test = linkTest(document, { definitions, isRouted, findings });
    all.add(findings.list());
    return test ?? [];
  });
  return { tests, findings: all.list() };
}
