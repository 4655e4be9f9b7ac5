import { closest } from './closest.ts';
import type { Finding, Place } from './place.ts';

/** Collects what is wrong with definitions; the same thing said twice about the same place is kept once. */
export interface Findings {
  error(at: Place, code: string, message: string): void;
  warning(at: Place, code: string, message: string): void;
  add(findings: readonly Finding[]): void;
  /** everything so far, sorted by file, line and column */
  list(): readonly Finding[];
}

/** Makes an empty collection. */
export function createFindings(): Findings {
  const found = new Map<string, Finding>();
  const keep = (finding: Finding) => {
    const key = JSON.stringify([formatPlace(finding.at), finding.code, finding.message]);
    if (!found.has(key)) found.set(key, finding);
  };
  return {
    error: (at, code, message) => keep({ at, severity: 'error', code, message }),
    warning: (at, code, message) => keep({ at, severity: 'warning', code, message }),
    add: (findings) => findings.forEach(keep),
    list: () => sortFindings([...found.values()]),
  };
}

/** The findings sorted by file, line and column; those of one place stay in their order. */
export function sortFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted(
    (a, b) => compareText(a.at.file, b.at.file) || a.at.line - b.at.line || a.at.column - b.at.column,
  );
}

/** A place as people and editors write it, `file:line:column`. */
export function formatPlace(at: Place): string {
  return `${at.file}:${at.line}:${at.column}`;
}

/** Says that a name is not known and what to write instead: `no flow is named 'margn'; did you mean 'margin'?`. */
export function unknownName(what: string, name: string, candidates: Iterable<string>): string {
  const known = [...candidates];
  const near = closest(name, known);
  const said = `no ${what} is named '${name}'`;
  if (near !== null) return `${said}; did you mean '${near}'?`;
  if (known.length === 0) return `${said}; none is defined here, define it first`;
  const shown = known.slice(0, 8).map((each) => `'${each}'`);
  return `${said}; use one of ${shown.join(', ')}${known.length > shown.length ? ', …' : ''}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
