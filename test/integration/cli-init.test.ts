import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

const MAIN = join(import.meta.dirname, '../../adapters/cli/bin.js');
const scratch = mkdtempSync(join(tmpdir(), 'milepost-init-'));
afterAll(() => rmSync(scratch, { recursive: true }));

function milepost(...words: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...words], {
    cwd: scratch,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('a new folder of definitions', () => {
  it('lints, passes its own tests, is under git, and its CI files are YAML that run both', () => {
    expect(milepost('init', 'house', '--flow', 'month-end', '--zone', 'Asia/Shanghai')).toMatchObject({
      status: 0,
    });
    expect(milepost('lint', 'house')).toMatchObject({ status: 0, stdout: '' });
    const tested = milepost('test', 'house');
    expect(tested.stderr).toContain('3 passed, 0 failed');
    const git = spawnSync('git', ['-C', join(scratch, 'house'), 'rev-parse', '--git-dir'], {
      encoding: 'utf8',
    });
    expect(git.stdout.trim()).toBe('.git');
    for (const file of ['.github/workflows/milepost.yml', '.gitlab-ci.yml']) {
      const text = readFileSync(join(scratch, 'house', file), 'utf8');
      expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
      expect(text).toMatch(/milepost@\S+ lint flows/);
      expect(text).toMatch(/milepost@\S+ test flows/);
    }
  });

  it('names the schema that is shipped beside it, for editors', () => {
    const text = readFileSync(join(scratch, 'house/flows/month-end.yaml'), 'utf8');
    const schema = /^# yaml-language-server: \$schema=(\S+)/.exec(text)?.[1] ?? '';
    expect(JSON.parse(readFileSync(join(scratch, 'house/flows', schema), 'utf8'))).toHaveProperty(
      'title',
      'Milepost definition',
    );
  });

  it('is not made over another one, nor with names that no flow or zone may have', () => {
    const again = milepost('init', 'house', '--flow', 'month-end');
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('name another folder');
    expect(milepost('init', 'other', '--flow', 'Month').status).toBe(2);
    expect(milepost('init', 'other', '--zone', 'Mars').stderr).toContain('no such time zone');
  });
});
