/** Findings in the forms that people, programs, code scanners and GitHub read. */
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Finding, formatFinding, LINT_CODES } from '../../definitions/index.ts';
import type { Io } from './io.ts';
import { tintOf } from './tint.ts';
import { version } from './version.ts';

export type FindingFormat = 'text' | 'json' | 'sarif' | 'github';

/** The findings in a format, as whole lines. */
export function findingsText(findings: readonly Finding[], format: FindingFormat, tint: Io['tint']): string {
  switch (format) {
    case 'text':
      return findings.map((finding) => `${coloured(finding, tint)}\n`).join('');
    case 'json':
      return `${JSON.stringify({ findings: findings.map(flat) }, null, 2)}\n`;
    case 'sarif':
      return `${JSON.stringify(sarif(findings), null, 2)}\n`;
    case 'github':
      return findings.map((finding) => `${annotation(finding)}\n`).join('');
    default:
      throw new Error(`broken rule: a format is one of the choices, not ${format satisfies never}`);
  }
}

function coloured(finding: Finding, tint: Io['tint']): string {
  const word = `${finding.severity}: `;
  // a warning can be ignored by its code, so that it is shown
  const code = finding.severity === 'warning' ? ` [${finding.code}]` : '';
  const text = oneLine(formatFinding(finding) + code);
  const at = text.indexOf(word);
  return at === -1
    ? text
    : text.slice(0, at) + tint(tintOf(finding.severity), word) + text.slice(at + word.length);
}

function flat({ at, severity, message, code }: Finding): object {
  return { file: at.file, line: at.line, column: at.column, severity, message, code };
}

function sarif(findings: readonly Finding[]): object {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'milepost', semanticVersion: version(), rules: codes.map(ruleOf) },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(({ at, severity, code, message }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: severity,
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: uriOf(at.file) },
                region: { startLine: at.line, startColumn: at.column },
              },
            },
          ],
        })),
      },
    ],
  };
}

/** What a code scanner shows of a rule. */
function ruleOf(id: string): object {
  const about = new Map<string, string>(Object.entries(LINT_CODES)).get(id);
  if (about === undefined) return { id };
  return {
    id,
    shortDescription: { text: about },
    help: { text: `definitions/lint.md#${id.toLowerCase()}` },
  };
}

function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}

/** A workflow command of GitHub Actions. */
function annotation({ at, severity, code, message }: Finding): string {
  const property = (text: string) => escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const place = `file=${property(at.file)},line=${at.line},col=${at.column},title=${property(code)}`;
  return `::${severity} ${place}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
