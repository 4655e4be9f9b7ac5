import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importBpmn } from '../../../adapters/bpmn/index.ts';
import { writeYaml } from '../../../adapters/flow-yaml.ts';
import { compileDefinitions, formatFinding } from '../../../definitions/index.ts';

const HEAD =
  '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" targetNamespace="t">';

const KINDS = [
  'task',
  'userTask',
  'task',
  'exclusiveGateway',
  'parallelGateway',
  'inclusiveGateway',
  'eventBasedGateway',
  'startEvent',
  'endEvent',
  'intermediateThrowEvent',
  'intermediateCatchEvent',
  'subProcess',
  'callActivity',
  'boundaryEvent',
  'dataObject',
  'complexGateway',
] as const;

const element = fc.record({
  kind: fc.constantFrom(...KINDS),
  definition: fc.constantFrom('', '', 'timer', 'message', 'error', 'terminate', 'link', 'compensate'),
  loop: fc.constantFrom('', '', '', '<standardLoopCharacteristics/>', '<multiInstanceLoopCharacteristics/>'),
  name: fc.constantFrom('', 'Check it', 'Check it', '检查', 'x'),
  host: fc.nat(9),
  interrupts: fc.boolean(),
});
const lines = fc.array(fc.tuple(fc.nat(11), fc.nat(11), fc.boolean()), { maxLength: 20 });
const diagram = fc.record({
  elements: fc.array(element, { minLength: 1, maxLength: 12 }),
  lines,
  inner: fc.array(element, { maxLength: 4 }),
});

type Drawn = typeof element extends fc.Arbitrary<infer T> ? T : never;

function drawn(
  { kind, definition, loop, name, host, interrupts }: Drawn,
  index: number,
  inner: string,
): string {
  const about = `id="e${index}${inner === '' ? 'i' : ''}" name="${name}"`;
  const event =
    definition === ''
      ? ''
      : `<${definition}EventDefinition id="d${index}${inner === '' ? 'i' : ''}">${definition === 'timer' ? '<timeDuration>PT1H</timeDuration>' : ''}</${definition}EventDefinition>`;
  if (kind === 'boundaryEvent')
    return `<boundaryEvent ${about} attachedToRef="e${host}" cancelActivity="${interrupts}">${event}</boundaryEvent>`;
  if (kind.endsWith('Event')) return `<${kind} ${about}>${event}</${kind}>`;
  if (kind === 'subProcess') return `<subProcess ${about}>${loop}${inner}</subProcess>`;
  if (kind === 'callActivity')
    return `<callActivity ${about} calledElement="${interrupts ? 'p' : 'q'}">${loop}</callActivity>`;
  return `<${kind} ${about}>${/ask$/.test(kind) ? loop : ''}</${kind}>`;
}

test('whatever is drawn becomes definitions without a finding, and every element is carried or noted', async () => {
  await fc.assert(
    fc.asyncProperty(diagram, async ({ elements, lines: flows, inner }) => {
      const inside = inner.map((each, index) => drawn(each, index, '')).join('');
      // only the first sub-process has something in it: ids stand once in a file
      const first = elements.findIndex(({ kind }) => kind === 'subProcess');
      const body = elements
        .map((each, index) => drawn(each, index, index === first ? inside || ' ' : ' '))
        .join('');
      const arrows = flows.map(([from, to, conditional], index) => {
        const condition = conditional
          ? '<conditionExpression xsi:type="tFormalExpression">x > 1</conditionExpression>'
          : '';
        return `<sequenceFlow id="f${index}" sourceRef="e${from}" targetRef="e${to}">${condition.replace('>', '&gt;').replace('"&gt;', '">')}</sequenceFlow>`;
      });
      const xml = `${HEAD}<process id="p">${body}${arrows.join('')}</process><process id="q"><task id="z"/></process></definitions>`;
      const read = await importBpmn(xml);
      if (!read.ok) throw new Error(`${read.problem}\n${xml}`);
      const text = writeYaml([], read.value.flows, read.value.documents);
      const { findings } = compileDefinitions([{ file: 'x.yaml', text }], 'r');
      expect(findings.map(formatFinding), `${xml}\n${text}`).toEqual([]);
      const noted = new Set(read.value.notes.map(({ id }) => id));
      const data = elements.flatMap(({ kind }, index) => (kind === 'dataObject' ? [`e${index}`] : []));
      expect(data.filter((id) => !noted.has(id))).toEqual([]);
    }),
    { numRuns: Number(process.env.RUNS ?? 150), seed: 61 },
  );
});
