/**
 * Comments that say a warning is meant: `# milepost-ignore MP301 the exchange bounds the retries`, in the same line, or in
 * the lines above that have nothing but comments.
 *
 * 1. A reason is due: without one the comment has no effect, and is an error.
 * 2. Errors are not ignored; a comment that ignores nothing is told, so that none outlives its reason.
 */
import { createFindings } from './findings.ts';
import type { Finding, Place } from './place.ts';
import type { DefinitionSource } from './read-definitions.ts';

interface Ignore {
  readonly at: Place;
  readonly codes: readonly string[];
  readonly reason: string;
  /** the line that it speaks of */
  readonly line: number;
}

const COMMENT = /(?:^|\s)#\s*milepost-ignore\b[ \t]*(.*)$/;
const CODES = /^([A-Za-z][\w-]*(?:\s*,\s*[A-Za-z][\w-]*)*)(?:[\s:]+(.*))?$/;

/** What is left of the findings, and what is wrong with the comments. */
export function applyIgnores(
  sources: readonly DefinitionSource[],
  found: readonly Finding[],
): readonly Finding[] {
  const findings = createFindings();
  const ignores = sources.flatMap(ignoresIn);
  const used = new Set<Ignore>();
  const left = found.filter((finding) => {
    const meant = ignores.filter((ignore) => isMeant(ignore, finding));
    for (const ignore of meant) used.add(ignore);
    return meant.every(({ reason }) => reason === '') || finding.severity === 'error';
  });
  for (const ignore of ignores) {
    const codes = ignore.codes.join(', ');
    if (ignore.codes.length === 0)
      findings.error(
        ignore.at,
        'MP001',
        'this comment names no code: write `# milepost-ignore MP301 REASON`',
      );
    else if (ignore.reason === '')
      findings.error(
        ignore.at,
        'MP001',
        `say why ${codes} is meant: write \`# milepost-ignore ${codes} REASON\``,
      );
    else if (!used.has(ignore))
      findings.warning(ignore.at, 'MP002', `there is no ${codes} to ignore here: remove this comment`);
    else if (found.some((finding) => isMeant(ignore, finding) && finding.severity === 'error'))
      findings.warning(ignore.at, 'MP002', `${codes} is an error, and errors are not ignored: correct it`);
  }
  return [...left, ...findings.list()];
}

function isMeant({ at, codes, line }: Ignore, finding: Finding): boolean {
  return at.file === finding.at.file && line === finding.at.line && codes.includes(finding.code);
}

function ignoresIn({ file, text }: DefinitionSource): readonly Ignore[] {
  if (!text.includes('milepost-ignore')) return [];
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  return lines.flatMap((source, index) => {
    const match = COMMENT.exec(source);
    if (match === null) return [];
    const [, codes = '', reason = ''] = CODES.exec(match[1]?.trim() ?? '') ?? [];
    const at = { file, line: index + 1, column: source.indexOf('#', match.index) + 1 };
    const isAlone = /^\s*#/.test(source);
    const next = lines.findIndex((line, below) => below > index && !/^\s*(#|$)/.test(line));
    return [
      {
        at,
        codes: codes === '' ? [] : codes.split(/\s*,\s*/),
        reason: reason.trim(),
        line: isAlone && next >= 0 ? next + 1 : index + 1,
      },
    ];
  });
}
