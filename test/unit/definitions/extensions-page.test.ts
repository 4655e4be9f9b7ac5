import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Condition, compileDefinitions, type Handler } from '../../../definitions/index.ts';
import { createReplay } from '../../../engine/index.ts';

const page = readFileSync(new URL('../../../definitions/extensions.md', import.meta.url), 'utf8');

function block(language: string): string {
  const found = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(page)?.[1];
  if (found === undefined) throw new Error(`the page has a block of ${language}`);
  return found;
}

interface Module {
  readonly conditions: Readonly<Record<string, Condition>>;
  readonly handlers: Readonly<Record<string, Handler>>;
}

test('the module and the flow of the page on extension functions do together what they say', async () => {
  const module: Module = await import(`data:text/javascript,${encodeURIComponent(block('js'))}`);
  const { definitions, findings } = compileDefinitions([{ file: 'page.yaml', text: block('yaml') }], 'r', {
    conditions: new Map(Object.entries(module.conditions)),
    handlers: new Map(Object.entries(module.handlers)),
  });
  expect(findings).toEqual([]);
  if (definitions === null) throw new Error('the flow of the page compiles');
  const replay = createReplay(definitions, { from: null, until: Date.parse('2026-11-23T10:00:00Z') });
  const line = { flow: 'transfer', key: 'k', step: 'receive', event: 'params' };
  replay.line(
    JSON.stringify({ ...line, id: '1', time: '2026-11-23T09:00:00Z', params: { POUT: 100, PIN: 90 } }),
  );
  const { alarms, instances } = replay.finish();
  expect(instances[0]?.steps.receive?.params.MISSING).toBe(10);
  expect(alarms).toMatchObject([
    {
      name: 'short-transfer',
      severity: 'warning',
      text: 'k: 10 bytes are missing',
      raisedAt: '2026-11-23T09:00:00.000Z',
    },
    { name: 'again', source: 'timer', raisedAt: '2026-11-23T09:10:00.000Z' },
  ]);
});
