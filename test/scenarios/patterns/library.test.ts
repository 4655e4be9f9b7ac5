/** The templates: sound, titled in both languages, all of their tests hold, and every flow has one. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileDefinitions, linkTests, readDefinitions } from '../../../definitions/index.ts';
import { runTest } from '../../../engine/index.ts';

const HOME = new URL('../../../definitions/library/', import.meta.url);
const sources = readdirSync(HOME, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith('.yaml'))
  .sort()
  .map((file) => ({ file, text: readFileSync(new URL(file, HOME), 'utf8') }));
const { documents } = readDefinitions(sources);
const { definitions, findings } = compileDefinitions(sources, 'library');

test('nothing is found in them', () => {
  expect(findings).toEqual([]);
});

test('whatever people read has a title in English and in Chinese', () => {
  const untitled = documents.flatMap((document) => {
    if (document.kind === 'test' || !('title' in document)) return [];
    const steps = document.kind === 'flow' ? document.steps.map(({ name, title }) => ({ name, title })) : [];
    return [{ name: document.name, title: document.title }, ...steps]
      .filter(({ title }) => typeof title !== 'object' || !title?.en || !title.zh)
      .map(({ name }) => name);
  });
  expect(untitled).toEqual([]);
});

test('their tests hold', () => {
  if (definitions === null) throw new Error('the templates do not compile');
  const linked = linkTests(documents, definitions);
  expect(linked.findings).toEqual([]);
  expect(linked.tests.flatMap((each) => runTest(definitions, each).failures)).toEqual([]);
});

test('each folder has a page that names every flow in it, and a test that runs it', () => {
  const texts = (pattern: RegExp) =>
    sources
      .filter(({ file }) => pattern.test(file))
      .map(({ text }) => text)
      .join('\n');
  for (const folder of ['futures-company', 'exchange']) {
    const page = readFileSync(new URL(`${folder}/README.md`, HOME), 'utf8');
    const tests = texts(new RegExp(`^${folder}/.*\\.test\\.yaml$`));
    const flows = [...texts(new RegExp(`^${folder}/[^.]*\\.yaml$`)).matchAll(/^flow: (\S+)/gm)].map(
      ([, flow]) => flow,
    );
    expect(flows.length).toBeGreaterThan(3);
    expect(flows.filter((flow) => !page.includes(`\`${flow}\``))).toEqual([]);
    expect(flows.filter((flow) => !new RegExp(`flow: ${flow}[\n,]`).test(tests))).toEqual([]);
  }
});

test('calendars agree on the holidays of the year', () => {
  if (definitions === null) throw new Error('the templates do not compile');
  const holidays = documents.flatMap((document) =>
    document.kind === 'calendar' ? [JSON.stringify(document.holidays.map(({ from, to }) => [from, to]))] : [],
  );
  expect(holidays).toHaveLength(10);
  expect(new Set(holidays).size).toBe(1);
});
