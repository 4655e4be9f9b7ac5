import { expect, test } from 'vitest';
import { findingsText } from '../../../adapters/cli/findings-text.ts';
import type { Finding } from '../../../definitions/index.ts';

const FINDINGS: readonly Finding[] = [
  {
    at: { file: 'flows/a b.yaml', line: 3, column: 7 },
    severity: 'error',
    code: 'unknown-key',
    message: '100% wrong: remove it\nor, use another',
  },
  { at: { file: '/abs,x.yaml', line: 1, column: 1 }, severity: 'warning', code: 'soon', message: 'ends' },
];

const untinted = (_: unknown, text: string) => text;

test('as text a finding is one line, coloured by its severity', () => {
  expect(findingsText(FINDINGS, 'text', untinted)).toBe(
    'flows/a b.yaml:3:7: error: 100% wrong: remove it or, use another\n/abs,x.yaml:1:1: warning: ends [soon]\n',
  );
  const coloured = findingsText(FINDINGS, 'text', (color, text) => `<${color}>${text}</>`);
  expect(coloured).toContain('a b.yaml:3:7: <red>error: </>100%');
});

test('as JSON every finding has its fields, and none is an empty list', () => {
  expect(JSON.parse(findingsText(FINDINGS, 'json', untinted)).findings[0]).toEqual({
    file: 'flows/a b.yaml',
    line: 3,
    column: 7,
    severity: 'error',
    message: '100% wrong: remove it\nor, use another',
    code: 'unknown-key',
  });
  expect(JSON.parse(findingsText([], 'json', untinted))).toEqual({ findings: [] });
});

test('for GitHub a finding is an annotation, with what would end it early escaped', () => {
  expect(findingsText(FINDINGS, 'github', untinted)).toBe(
    [
      '::error file=flows/a b.yaml,line=3,col=7,title=unknown-key::100%25 wrong: remove it%0Aor, use another',
      '::warning file=/abs%2Cx.yaml,line=1,col=1,title=soon::ends',
      '',
    ].join('\n'),
  );
});

test('in SARIF a rule of lint says what it is about, and where it is explained', () => {
  const at = { file: 'a.yaml', line: 1, column: 1 };
  const finding: Finding = { at, severity: 'warning', code: 'MP301', message: 'a loop' };
  const { runs } = JSON.parse(findingsText([finding], 'sarif', untinted));
  expect(runs[0].tool.driver.rules).toEqual([
    {
      id: 'MP301',
      shortDescription: { text: 'a loop without a limit' },
      help: { text: 'definitions/lint.md#mp301' },
    },
  ]);
});

test('as SARIF 2.1.0 a finding has its rule, level and place, the file as a URI', () => {
  const { version, runs } = JSON.parse(findingsText(FINDINGS, 'sarif', untinted));
  expect(version).toBe('2.1.0');
  expect(runs[0].tool.driver).toMatchObject({
    name: 'milepost',
    rules: [{ id: 'soon' }, { id: 'unknown-key' }],
  });
  expect(runs[0].results[0]).toEqual({
    ruleId: 'unknown-key',
    ruleIndex: 1,
    level: 'error',
    message: { text: '100% wrong: remove it\nor, use another' },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'flows/a%20b.yaml' },
          region: { startLine: 3, startColumn: 7 },
        },
      },
    ],
  });
  expect(runs[0].results[1].locations[0].physicalLocation.artifactLocation.uri).toBe('file:///abs,x.yaml');
});
