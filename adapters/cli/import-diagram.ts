/** `import bpmn`: a diagram as definitions, and what it does not carry. */

import { writeFile } from 'node:fs/promises';
import { compileDefinitions, formatFinding } from '../../definitions/index.ts';
import { type ImportedBpmn, importBpmn, LARGEST_BPMN, type Note } from '../convert.ts';
import { writeYaml } from '../flow-yaml.ts';
import { many } from '../many.ts';
import { readWhole } from './file-text.ts';
import type { Io } from './io.ts';
import type { OptionSpec } from './option.ts';
import type { Options } from './options.ts';
import { EXIT } from './outcome.ts';

export const BPMN_OPTIONS = {
  output: { value: 'FILE', about: 'where the result goes; default: standard output' },
} as const satisfies Readonly<Record<string, OptionSpec>>;

interface Call {
  readonly options: Options;
  readonly io: Io;
}

/** Reads a diagram and writes what it became; gives the exit code. */
export async function importDiagram(file: string, { options, io }: Call): Promise<number> {
  const xml = await readWhole(file, io.stdin, LARGEST_BPMN);
  const read = await importBpmn(xml);
  if (!read.ok) {
    io.say(`${nameOf(file)}: ${read.problem}`);
    return EXIT.findings;
  }
  const yaml = writeYaml(headOf(file, read.value), read.value.flows, read.value.documents);
  const { findings } = compileDefinitions([{ file: 'imported.yaml', text: yaml }], '');
  const format = options.text('format') ?? 'text';
  const json = { definitions: yaml, notes: read.value.notes };
  await deliver(format === 'json' ? `${JSON.stringify(json, null, 2)}\n` : yaml, options.text('output'), io);
  if (format === 'text') for (const note of read.value.notes) io.say(noteLine(note));
  for (const finding of findings) io.say(formatFinding(finding));
  io.say(summary(read.value));
  return findings.some(({ severity }) => severity === 'error') ? EXIT.findings : EXIT.done;
}

/** Writes a result to the file that was named, or to standard output. */
export async function deliver(text: string, file: string | undefined, io: Io): Promise<void> {
  if (file === undefined) await io.out(text);
  else await writeFile(file, text);
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

function headOf(file: string, { notes }: ImportedBpmn): readonly string[] {
  const lost = notes.filter(({ what }) => what !== 'comment').length;
  const about =
    lost === 0
      ? ''
      : ` Of what is in it ${many(lost, 'element')} could not be carried as drawn: milepost import says which.`;
  return [`Read from the BPMN diagram ${nameOf(file)}.${about}`];
}

/** `dropped: textAnnotation Note_1 "why": it belongs to no step` */
function noteLine({ what, type, id, name, text }: Note): string {
  const shown = [type, id, name === '' ? '' : JSON.stringify(name.slice(0, 80))].filter(
    (each) => each !== '',
  );
  return `${what}: ${shown.join(' ')}: ${text}`;
}

function summary({ flows, notes }: ImportedBpmn): string {
  const count = (what: Note['what']) => notes.filter((note) => note.what === what).length;
  const many = flows.length === 1 ? '1 flow' : `${flows.length} flows`;
  return `${many}; ${count('changed')} changed, ${count('dropped')} dropped, ${count('comment')} kept as comments`;
}
