import { execFile } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from '../command.ts';
import { type NewFile, newProject } from '../new-project.ts';
import { EXIT, FileTrouble } from '../outcome.ts';
import { version } from '../version.ts';

/** `milepost init`: a folder to begin with, a flow, a test, CI and a README, under git. */
export const init: Command = {
  usage: 'init [FOLDER] [options]',
  about:
    'Makes a git repository of definitions: a flow that lints and passes its test, CI for GitHub and GitLab, a README.',
  operands: { least: 0, most: 1 },
  options: {
    flow: { value: 'NAME', about: 'the name of the flow; default: settlement' },
    zone: { value: 'ZONE', about: 'the time zone of its calendar; default: that of this machine' },
    'no-git': { value: null, about: 'no git repository' },
  },
  examples: [
    { line: 'init flows', about: 'in a new folder' },
    { line: 'init --flow month-end --zone Asia/Shanghai', about: 'here' },
  ],
  notes: [
    'Nothing that is there is overwritten. Exit codes: 0 done, 2 the folder holds files of these names already.',
  ],
  async run({ operands, options, io }) {
    const folder = resolve(operands[0] ?? '.');
    const files = newProject({
      name: basename(folder),
      flow: options.text('flow') ?? 'settlement',
      zone: options.text('zone') ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
      today: new Date(io.now()),
      version: version(),
    });
    await mkdir(folder, { recursive: true });
    await refuseOverwriting(folder, files);
    for (const { path, text } of files) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text, { flag: 'wx' });
    }
    const git = options.flag('no-git') ? false : await isNewRepository(folder);
    io.say(`${files.length} files in ${folder}${git ? ', under git, nothing committed yet' : ''}`);
    io.say(`next: milepost lint ${operands[0] ?? '.'} && milepost test ${operands[0] ?? '.'}`);
    return EXIT.done;
  },
};

async function refuseOverwriting(folder: string, files: readonly NewFile[]): Promise<void> {
  const there = new Set(await readdir(folder, { recursive: true }));
  const taken = files.filter(({ path }) => there.has(path)).map(({ path }) => path);
  if (taken.length === 0) return;
  throw new FileTrouble(`${folder} has ${taken.join(', ')} already: name another folder, or move them away`);
}

/** Makes the folder a repository where it is not within one and git is there. */
async function isNewRepository(folder: string): Promise<boolean> {
  const git = (...words: string[]) => promisify(execFile)('git', ['-C', folder, ...words]);
  const within = await git('rev-parse', '--is-inside-work-tree').then(
    () => true,
    () => false,
  );
  if (within) return false;
  return git('init', '--quiet').then(
    () => true,
    () => false,
  );
}
