/** Warns of what a policy matches and that none of the definitions at hand has: a flow, a step, a group, a label. */
import { closest } from './closest.ts';
import type { Findings } from './findings.ts';
import { fitsAny } from './matcher.ts';
import type { Located } from './place.ts';
import type { MatchDocument, PatternsDocument, PolicyDocument } from './policy-document.ts';

/** What alarms may have in these fields; null: not all is known, so nothing is strange. */
export interface Known {
  readonly flows: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
  readonly steps: ReadonlySet<string>;
  readonly labels: ReadonlySet<string>;
  readonly complete: boolean;
}

/** Looks at every match of a policy. */
export function checkMatches(policy: PolicyDocument, known: Known, findings: Findings): void {
  if (!known.complete || known.flows.size === 0) return;
  const matches: readonly (MatchDocument | null)[] = [
    policy.match,
    ...policy.routes.map(({ match }) => match),
    ...policy.feeds.map(({ match }) => match),
    ...policy.rise.map(({ match }) => match),
    ...policy.maintenance.map(({ match }) => match),
  ];
  for (const match of matches.flatMap((each) => (each === null ? [] : [each, each.not]))) {
    if (match !== null) checkPatterns(match, known, findings);
  }
}

function checkPatterns(patterns: PatternsDocument, known: Known, findings: Findings): void {
  const look = (what: string, located: readonly Located<string>[], words: ReadonlySet<string>) => {
    for (const { value, at } of located) {
      if (fitsAny(value, words)) continue;
      const near = closest(value, [...words]);
      const remedy =
        near === null ? 'no alarm can match this: write another, or remove it' : `did you mean '${near}'?`;
      findings.warning(at, 'matches-nothing', `no flow here has a ${what} like '${value}': ${remedy}`);
    }
  };
  look('name', patterns.flow, known.flows);
  look('group', patterns.group, known.groups);
  look('step', patterns.step, known.steps);
  look(
    'label',
    patterns.label.map(({ at, name }) => ({ at, value: name })),
    known.labels,
  );
}
