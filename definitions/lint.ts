/**
 * Lint: all that can be known to be wrong with definitions before they run, and what works and hardly is what was meant.
 *
 * 1. What reading and linking find is found here too. The rest are warnings, each with a code that keeps its meaning.
 * 2. A warning can be ignored, with a reason, by a comment beside it.
 */

import { calendarExpiry } from './calendar-check.ts';
import { isZone } from './calendar-zone.ts';
import { compileDefinitions } from './compile-definitions.ts';
import type { Document } from './document.ts';
import type { Extensions } from './extensions.ts';
import { createFindings, type Findings, sortFindings } from './findings.ts';
import type { Definitions } from './flow.ts';
import { linkTests } from './link-tests.ts';
import { lintConditions } from './lint-conditions.ts';
import { lintLoops, lintStates, lintUnused } from './lint-graph.ts';
import { applyIgnores } from './lint-ignores.ts';
import { lintCalendar, lintExpected, lintTiming } from './lint-timing.ts';
import { lintTitles } from './lint-titles.ts';
import { lintTold } from './lint-told.ts';
import { lintViews } from './lint-views.ts';
import type { Day } from './moment.ts';
import type { Finding } from './place.ts';
import { type DefinitionSource, readDefinitions } from './read-definitions.ts';

export interface LintOptions {
  readonly extensions: Extensions;
  /** the date in a zone */
  readonly today: (zone: string) => Day;
  /** which of what reading and linking found counts; default: all */
  readonly certain?: (findings: readonly Finding[]) => readonly Finding[];
}

/** Everything found in definition files, sorted by file and place; what comments ignore is left out. */
export function lintDefinitions(
  sources: readonly DefinitionSource[],
  options: LintOptions,
): readonly Finding[] {
  const { extensions, today, certain = (findings) => findings } = options;
  const { definitions, findings: linked } = compileDefinitions(sources, '', extensions);
  const { documents } = readDefinitions(sources);
  const findings = createFindings();
  for (const document of documents)
    if (document.kind === 'calendar') {
      const zone = document.zone?.value ?? 'UTC';
      if (isZone(zone)) findings.add(calendarExpiry(document, today(zone)));
      lintCalendar(document, findings);
    }
  lintTitles(documents, findings);
  if (definitions !== null) {
    lintLinked({ definitions, documents, today: today('UTC') }, findings);
    findings.add(linkTests(documents, definitions).findings);
  }
  return sortFindings(applyIgnores(sources, [...certain(linked), ...findings.list()]));
}

function lintLinked(
  linked: { readonly definitions: Definitions; readonly documents: readonly Document[]; readonly today: Day },
  findings: Findings,
): void {
  const { definitions, documents, today } = linked;
  lintUnused(documents, findings);
  lintViews(definitions, findings);
  const named = new Set(
    documents.flatMap((document) =>
      document.kind === 'flow' && document.calendar !== null ? [document.name] : [],
    ),
  );
  for (const flow of definitions.flows.values()) {
    lintConditions(flow, findings);
    lintTiming(flow, today, findings);
    lintExpected(flow, named.has(flow.name), findings);
    lintLoops(flow, findings);
    lintStates(flow, findings);
    lintTold(definitions, flow, findings);
  }
}
