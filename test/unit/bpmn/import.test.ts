import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { importBpmn } from '../../../adapters/bpmn/index.ts';
import { writeYaml } from '../../../adapters/flow-yaml.ts';
import { compileDefinitions, formatFinding } from '../../../definitions/index.ts';
import { createReplay } from '../../../engine/index.ts';

const REFERENCE = new URL('../../data/bpmn-miwg/', import.meta.url);

function diagram(body: string, more = ''): string {
  return `<?xml version="1.0"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">
  <process id="p" name="Order">${body}</process>${more}</definitions>`;
}

/** Sequence flows, written `a>b c>d`; a third part is their content. */
function lines(...pairs: readonly string[]): string {
  return pairs
    .map((pair, index) => {
      const [from, to, content = ''] = pair.split('>');
      return `<sequenceFlow id="f${index}" sourceRef="${from}" targetRef="${to}">${content.replaceAll('[', '<').replaceAll(']', '>')}</sequenceFlow>`;
    })
    .join('');
}

const tasks = (...names: readonly string[]) =>
  names.map((name) => `<task id="${name}" name="${name.toUpperCase()}"/>`).join('');
const ENDS = '<startEvent id="start"/><endEvent id="end"/>';

async function imported(xml: string) {
  const read = await importBpmn(xml);
  if (!read.ok) throw new Error(read.problem);
  const text = writeYaml(['x'], read.value.flows, read.value.documents);
  const { definitions, findings } = compileDefinitions([{ file: 'x.yaml', text }], 'r');
  expect(findings.map(formatFinding), text).toEqual([]);
  if (definitions === null) throw new Error(text);
  return { text, definitions, notes: read.value.notes };
}

/** What comes of steps that report one after another: the status, and the steps that were out of order. */
async function runs(xml: string, ...cases: readonly string[]) {
  const { definitions } = await imported(xml);
  return cases.map((one) => {
    const replay = createReplay(definitions, { from: null, until: null });
    one.split(' ').forEach((step, index) => {
      const [flow, name] = step.includes('/') ? step.split('/') : ['order', step];
      const time = new Date(1e12 + index * 1000).toISOString();
      replay.line(
        JSON.stringify({ id: String(index), flow, key: 'k', step: name, event: 'committed', time }),
      );
    });
    const { instances, alarms, rejected } = replay.finish();
    expect(rejected).toEqual([]);
    const wrong = alarms.filter(({ source }) => source === 'out-of-order').map(({ step }) => step);
    return [instances.find(({ flow }) => flow === 'order')?.status, ...wrong].join(' ');
  });
}

describe('the reference diagrams', () => {
  const files = readdirSync(REFERENCE).filter((name) => name.endsWith('.bpmn'));
  test('are all there', () => expect(files).toHaveLength(6));

  test.each(files)('%s becomes definitions without a finding, and says what it drops by id', async (file) => {
    const { text, notes } = await imported(readFileSync(new URL(file, REFERENCE), 'utf8'));
    await expect(text).toMatchFileSnapshot(`../../data/bpmn-miwg/${file.replace('.bpmn', '.yaml.txt')}`);
    expect(notes.filter(({ id, type }) => id === '' && type !== 'definitions')).toEqual([]);
    for (const { text: why } of notes) expect(why).not.toBe('');
  });

  test('every step of A.4.1 is a task or sub-process of the diagram, none is missing', async () => {
    const { definitions } = await imported(readFileSync(new URL('A.4.1.bpmn', REFERENCE), 'utf8'));
    const titles = [...definitions.flows.values()]
      .flatMap(({ steps }) => steps.map(({ title }) => title))
      .sort();
    const expected = [
      'Expanded Sub-Process 1',
      'Expanded Sub-Process 2',
      ...[1, 2, 3, 4, 5, 6].map((n) => `Task ${n}`),
    ];
    expect(titles).toEqual(expected);
  });
});

describe('a diagram behaves as it is drawn', () => {
  test('an exclusive choice without readable conditions is decided by who reports', async () => {
    const xml = diagram(
      `${ENDS}${tasks('a', 'b', 'c', 'd')}<exclusiveGateway id="x" name="Good?"/><exclusiveGateway id="m"/>${lines('start>a', 'a>x', 'x>b', 'x>c', 'b>m', 'c>m', 'm>d', 'd>end')}`,
    );
    expect(await runs(xml, 'a b d', 'a c d', 'a b c d', 'a d')).toEqual([
      'committed',
      'committed',
      'committed c',
      'running d',
    ]);
    expect((await imported(xml)).text).toContain('# Gateway "Good?".');
  });

  test('a way that goes straight to the end may be taken, and one that skips a task', async () => {
    const xml = diagram(
      `${ENDS}${tasks('a', 'b', 'c')}<exclusiveGateway id="x"/><exclusiveGateway id="m"/><exclusiveGateway id="y"/>${lines('start>a', 'a>x', 'x>b', 'b>m', 'x>m', 'm>c', 'c>y', 'y>a', 'y>end')}`,
    );
    expect(await runs(xml, 'a b c', 'a c', 'a c a b c', 'a a')).toEqual([
      'committed',
      'committed',
      'committed',
      'running a',
    ]);
  });

  test('parallel ways are all waited for', async () => {
    const xml = diagram(
      `${ENDS}${tasks('a', 'b', 'c', 'd')}<parallelGateway id="x"/><parallelGateway id="m"/>${lines('start>a', 'a>x', 'x>b', 'x>c', 'b>m', 'c>m', 'm>d', 'd>end')}`,
    );
    expect(await runs(xml, 'a c b d', 'a b d c', 'a b c')).toEqual(['committed', 'committed d', 'running']);
  });

  test('of an inclusive choice that cannot be read any ways may come, and none is waited for', async () => {
    const xml = diagram(
      `${ENDS}${tasks('a', 'b', 'c', 'd')}<inclusiveGateway id="x"/><inclusiveGateway id="m"/>${lines('start>a', 'a>x', 'x>b>[conditionExpression xsi:type="tFormalExpression"]#{n}[/conditionExpression]', 'x>c', 'b>m', 'c>m', 'm>d', 'd>end')}`,
    );
    expect(await runs(xml, 'a b d', 'a c b d', 'a d')).toEqual(['committed', 'committed', 'committed']);
    const { notes, text } = await imported(xml);
    expect(notes).toContainEqual(expect.objectContaining({ id: 'x', what: 'changed' }));
    expect(text).toContain('# Condition: #{n}');
  });

  test('an event-based gateway offers what can come; a timer is passed', async () => {
    const xml = diagram(
      `${ENDS}${tasks('a', 'b')}<eventBasedGateway id="g"/><intermediateCatchEvent id="paid" name="Paid"><messageEventDefinition id="md"/></intermediateCatchEvent><intermediateCatchEvent id="late"><timerEventDefinition id="td"><timeDuration>P3D</timeDuration></timerEventDefinition></intermediateCatchEvent>${lines('start>a', 'a>g', 'g>paid', 'g>late', 'late>b', 'paid>end')}`,
    );
    expect(await runs(xml, 'a paid', 'a b', 'a paid b')).toEqual(['committed', 'committed', 'committed b']);
  });

  test('a timer on the boundary is a timer of the step, and its way is offered beside it', async () => {
    const timer = (id: string, cancel: string) =>
      `<boundaryEvent id="${id}" name="Too slow" attachedToRef="b" ${cancel}><timerEventDefinition id="${id}d"><timeDuration>PT90M</timeDuration></timerEventDefinition></boundaryEvent>`;
    const flows = lines('start>a', 'a>b', 'b>end', 't>c');
    const interrupting = diagram(`${ENDS}${tasks('a', 'b', 'c')}${timer('t', '')}${flows}`);
    expect((await imported(interrupting)).text).toContain(
      'timers: { too-slow: { after: activated, in: 1h30m, until: committed } }',
    );
    expect(await runs(interrupting, 'a b', 'a c', 'a b c')).toEqual([
      'committed',
      'committed',
      'committed c',
    ]);
    const beside = diagram(`${ENDS}${tasks('a', 'b', 'c')}${timer('t', 'cancelActivity="false"')}${flows}`);
    expect(await runs(beside, 'a b', 'a c b', 'a b c', 'a c')).toEqual([
      'committed',
      'committed',
      'committed',
      'running',
    ]);
  });

  test('sub-processes and called processes are nested flows', async () => {
    const xml = diagram(
      `${ENDS}${tasks('a')}<subProcess id="s" name="Pack it">${tasks('x', 'y')}${'<sequenceFlow id="i" sourceRef="x" targetRef="y"/>'}</subProcess><callActivity id="c" name="Ship" calledElement="q"/><callActivity id="n" name="Elsewhere" calledElement="other"/>${lines('start>a', 'a>s', 's>c', 'c>n', 'n>end')}`,
      `<process id="q" name="Shipping">${tasks('z')}</process>`,
    );
    expect(
      await runs(xml, 'a order-pack-it/x order-pack-it/y shipping/z elsewhere', 'a order-pack-it/y'),
    ).toEqual(['committed', 'running y']);
    expect((await imported(xml)).notes).toContainEqual(expect.objectContaining({ id: 'n', what: 'changed' }));
  });

  test('a loop may go on, and so many instances as are told are nested', async () => {
    const xml = diagram(
      `${ENDS}<task id="a" name="A"><standardLoopCharacteristics id="l"/></task><task id="b" name="B"><multiInstanceLoopCharacteristics id="mi"><loopCardinality xsi:type="tFormalExpression">3</loopCardinality></multiInstanceLoopCharacteristics></task>${lines('start>a', 'a>b', 'b>end')}`,
    );
    const { definitions } = await imported(xml);
    expect(definitions.flows.get('order')?.steps.find(({ name }) => name === 'b')?.nested?.suffixes).toEqual([
      '/1',
      '/2',
      '/3',
    ]);
    expect(await runs(xml, 'a a a')).toEqual(['running']);
  });

  test('several start events are alternatives', async () => {
    const xml = diagram(
      `<startEvent id="s1"/><startEvent id="s2"/>${tasks('a', 'b', 'c')}${lines('s1>a', 's2>b', 'a>c', 'b>c')}`,
    );
    expect(await runs(xml, 'a c', 'b c', 'a b')).toEqual(['committed', 'committed', 'running b']);
  });

  test('what begins in a circle begins with its first task', async () => {
    const xml = diagram(
      `${ENDS}${tasks('a', 'b')}<exclusiveGateway id="x"/>${lines('start>a', 'a>b', 'b>x', 'x>a', 'x>end')}`,
    );
    expect(await runs(xml, 'a b a b', 'b')).toEqual(['committed', expect.stringContaining(' b')]);
  });
});

test('nothing is left out in silence', async () => {
  const xml = diagram(
    `${ENDS}${tasks('a')}${lines('start>a', 'a>end')}<dataObject id="do" name="Paper"/><task id="undo" isForCompensation="true"/><subProcess id="ev" triggeredByEvent="true"><startEvent id="es"/><task id="et"/></subProcess><task id="l1"/><task id="l2"/><sequenceFlow id="g1" sourceRef="l1" targetRef="l2"/><sequenceFlow id="g2" sourceRef="l2" targetRef="l1"/><textAnnotation id="ta"><text>Look!</text></textAnnotation><association id="as" sourceRef="a" targetRef="ta"/><textAnnotation id="tb"/>`,
  );
  const { notes, text } = await imported(xml);
  expect(new Set(notes.filter(({ what }) => what === 'dropped').map(({ id }) => id))).toEqual(
    new Set(['do', 'undo', 'ev', 'es', 'et', 'l1', 'l2', 'tb']),
  );
  expect(text).toContain('# Look!');
});

describe('hostile or broken files', () => {
  const bomb = `<!DOCTYPE d [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}"><!ENTITY c "${'&b;'.repeat(1000)}">]>`;
  test.each([
    ['nothing', '', 'no BPMN'],
    ['no XML', '{"a": 1}', 'no BPMN'],
    ['cut off', diagram(tasks('a')).slice(0, 150), 'no'],
    ['another root', '<html/>', 'BPMN'],
    ['no process', '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', 'no process'],
    ['too long', ' '.repeat(21 * 1024 * 1024), 'at most'],
  ])('%s is a problem with a remedy', async (_, xml, problem) => {
    expect(await importBpmn(xml)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  test('entities of a file, and files of others, are not expanded', async () => {
    const external = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>';
    for (const head of [bomb, external]) {
      const xml = `${head}${diagram('<task id="a" name="&c;&e;"/>').replace('<?xml version="1.0"?>', '')}`;
      const read = await importBpmn(xml);
      expect(JSON.stringify(read).length).toBeLessThan(2000);
    }
  });

  test('names cannot break out of a comment or a text', async () => {
    const nasty = `x&#10;flow: other&#10;--- # &quot;{[\\&#8232;&#133;&#7;`;
    const xml = diagram(
      `<task id="a" name="${nasty}"><documentation>one&#10;- two: &quot;</documentation></task><exclusiveGateway id="x" name="${nasty}"/>${tasks('b', 'c')}${lines('a>x', 'x>b', 'x>c')}`,
    );
    const { definitions } = await imported(xml);
    expect([...definitions.flows.keys()]).toEqual(['order']);
  });

  test('depth is bounded', async () => {
    let inner = tasks('t');
    for (let depth = 0; depth < 200; depth++) inner = `<subProcess id="s${depth}">${inner}</subProcess>`;
    const { definitions, notes } = await imported(diagram(inner));
    expect(definitions.flows.size).toBe(33);
    expect(notes).toContainEqual(
      expect.objectContaining({ what: 'changed', text: expect.stringContaining('deep') }),
    );
  });

  test('processes that call each other in a circle are cut, and one that is called twice has two keys', async () => {
    const call = (id: string, to: string) => `<callActivity id="${id}" name="${id}" calledElement="${to}"/>`;
    const xml = diagram(
      `${call('c1', 'q')}${call('c2', 'q')}`,
      `<process id="q">${call('c3', 'p')}${call('c4', 'q')}${tasks('t')}</process>`,
    );
    const { definitions } = await imported(xml);
    expect(definitions.flows.get('order')?.steps.map(({ nested }) => nested?.suffixes)).toEqual([
      ['/order-c1'],
      ['/order-c2'],
    ]);
  });

  test('a large diagram is read in a moment', async () => {
    const names = Array.from({ length: 1500 }, (_, index) => `t${index}`);
    const xml = diagram(
      `${tasks(...names)}${lines(...names.slice(1).map((name, index) => `t${index}>${name}`))}`,
    );
    const { definitions } = await imported(xml);
    expect(definitions.flows.get('order')?.steps).toHaveLength(1500);
  });
});
