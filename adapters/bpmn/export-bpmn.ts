/**
 * Flows as a BPMN 2.0 diagram: a process for each, steps as tasks, nested flows as call activities, gates as gateways or
 * events, `split` and `join` as gateways beside their step. What BPMN has nothing for stands in `milepost:keys`.
 *
 * 1. What is written here is read back by `import-bpmn.ts` as the same flows; the gateways beside a step fold into it again.
 * 2. The ids are made of the names: the same flows give the same diagram.
 */
import type { BpmnModdle } from 'bpmn-moddle';
import type { ConnectorDraft, FlowDraft, Plain, PlainMap } from '../flow-draft.ts';
import { without } from '../flow-draft.ts';
import { type ShapedStep, shapeOf, titleText } from '../flow-shape.ts';
import { type Canvas, createCanvas, extension } from './canvas.ts';
import { layOut } from './lay-out.ts';
import { createModdle, type Element, NAMESPACE } from './moddle.ts';
import { canDrawTimers, drawTimers } from './timer-events.ts';

/** Draws flows, with further documents beside them, as one BPMN 2.0 XML text with a diagram for each flow. */
export async function exportBpmn(
  flows: readonly FlowDraft[],
  documents: readonly PlainMap[],
): Promise<string> {
  const moddle = createModdle();
  const processes = flows.map((flow) => drawFlow(moddle, flow));
  const definitions = moddle.create('bpmn:Definitions', {
    id: '_milepost',
    targetNamespace: NAMESPACE,
    exporter: 'Milepost',
    rootElements: processes,
    ...(documents.length === 0
      ? {}
      : {
          extensionElements: extension(
            moddle,
            documents.map((document) => ['milepost:Document', document]),
          ),
        }),
  });
  definitions.set('diagrams', await layOut(moddle, processes));
  const { xml } = await moddle.toXML(definitions, { format: true });
  return xml;
}

function drawFlow(moddle: BpmnModdle, flow: FlowDraft): Element {
  const canvas = createCanvas(moddle, flow);
  const shape = shapeOf(flow);
  const joinsAll = isConcurrent(flow, shape) ? 'bpmn:ParallelGateway' : 'bpmn:InclusiveGateway';
  const drawn = new Map(shape.map((each) => [each.step.name, drawStep(canvas, each, joinsAll)]));
  drawStart(canvas, shape, drawn);
  flow.connectors.forEach((connector, index) => {
    const from = drawn.get(connector.from);
    const to = drawn.get(connector.to);
    if (from !== undefined && to !== undefined) drawConnector(canvas, { connector, from, to, index });
  });
  shape.forEach((each) => {
    const ends = drawn.get(each.step.name);
    if (ends !== undefined) drawEnd(canvas, each, ends);
  });
  const title = titleText(flow.keys.title);
  const rest = typeof flow.keys.title === 'string' ? without(flow.keys, ['title']) : flow.keys;
  return moddle.create('bpmn:Process', {
    id: flow.name,
    name: title ?? flow.name,
    isExecutable: false,
    extensionElements: extension(moddle, [['milepost:Keys', { flow: flow.name, ...rest }]]),
    flowElements: canvas.elements,
  });
}

/** Where connectors arrive at a step, and where they leave it. */
interface Drawn {
  readonly entry: Element;
  readonly exit: Element;
}

function drawStep(canvas: Canvas, shaped: ShapedStep, joinsAll: string): Drawn {
  const { step, kind, split, join, end, into, outOf, isStart } = shaped;
  const { name } = step;
  const arriving = into.length + (isStart ? 1 : 0);
  const splits =
    outOf.length > 1 ||
    outOf.some(({ keys }) => keys.when !== undefined) ||
    (split === 'event' && outOf.length > 0);
  const joins = arriving > 1;
  const splitType = typeOfSplit(shaped);
  const joinType = join === 'any' ? 'bpmn:ExclusiveGateway' : joinsAll;
  const title = titleText(step.keys.title) ?? name;
  const rest = without(step.keys, [
    'split',
    'join',
    'end',
    ...(typeof step.keys.title === 'string' ? ['title'] : []),
  ]);
  const splitKeys: PlainMap = { split, ...(end ? { end } : {}) };
  if (kind === 'gate' && splits !== joins) {
    const keys = { step: name, ...rest, ...(split === 'all' ? {} : { split }), ...(end ? { end } : {}) };
    const gateway = canvas.add(splits ? splitType : joinType, name, { name: title }, keys);
    return { entry: gateway, exit: gateway };
  }
  // connectors that leave it one at a time say `split` and `end` to nobody
  const quiet: PlainMap = splits ? {} : { ...(split === 'all' ? {} : { split }), ...(end ? { end } : {}) };
  const keys = { step: name, ...rest, ...quiet };
  const element = drawBody(canvas, { shaped, title, keys });
  let [entry, exit] = [element, element];
  if (joins) {
    entry = canvas.add(joinType, `${name}.join`);
    canvas.link(entry, element, `${name}.joined`);
  }
  if (splits) {
    exit = canvas.add(splitType, `${name}.split`, {}, splitKeys);
    canvas.link(element, exit, `${name}.done`);
  }
  return { entry, exit };
}

function drawBody(
  canvas: Canvas,
  { shaped, title, keys }: { readonly shaped: ShapedStep; readonly title: string; readonly keys: PlainMap },
): Element {
  const { step, kind, outOf } = shaped;
  const { name } = step;
  if (kind === 'gate')
    return canvas.add(
      outOf.length === 0 ? 'bpmn:EndEvent' : 'bpmn:IntermediateThrowEvent',
      name,
      { name: title },
      keys,
    );
  const { timers, others } = drawnTimers(keys);
  const more =
    kind === 'flow'
      ? { calledElement: String(step.keys.flow), ...instances(canvas.moddle, step.keys.each) }
      : {};
  const type = kind === 'flow' ? 'bpmn:CallActivity' : 'bpmn:Task';
  const element = canvas.add(type, name, { name: title, ...more }, others);
  drawTimers(canvas, { element, step: name, timers });
  return element;
}

function drawnTimers(keys: PlainMap): { readonly timers: Plain | undefined; readonly others: PlainMap } {
  return canDrawTimers(keys.timers)
    ? { timers: keys.timers, others: without(keys, ['timers']) }
    : { timers: undefined, others: keys };
}

function instances(moddle: BpmnModdle, each: Plain | undefined): Readonly<Record<string, unknown>> {
  if (each === undefined) return {};
  const count = Array.isArray(each) ? each.length : 1;
  const loopCardinality = moddle.create('bpmn:FormalExpression', { body: String(count) });
  return { loopCharacteristics: moddle.create('bpmn:MultiInstanceLoopCharacteristics', { loopCardinality }) };
}

function typeOfSplit({ split, outOf }: ShapedStep): string {
  if (split !== 'all') return 'bpmn:ExclusiveGateway';
  return outOf.some(({ keys }) => keys.when !== undefined) ? 'bpmn:InclusiveGateway' : 'bpmn:ParallelGateway';
}

/** Whether every connector of a flow is followed, once: then a join waits for all that arrive, as a parallel gateway does. */
function isConcurrent(flow: FlowDraft, shape: readonly ShapedStep[]): boolean {
  const conditional =
    flow.connectors.some(({ keys }) => keys.when !== undefined) || flow.keys.split === 'event';
  const exclusive = shape.some(
    ({ split, outOf }) => split === 'event' || (split === 'first' && outOf.length > 1),
  );
  const order = new Map<string, number>();
  const rest = new Map(shape.map(({ step, into }) => [step.name, into.length]));
  const pending = shape.filter(({ into }) => into.length === 0).map(({ step }) => step.name);
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    order.set(name, order.size);
    for (const { from, to } of flow.connectors) {
      if (from !== name) continue;
      const left = (rest.get(to) ?? 0) - 1;
      rest.set(to, left);
      if (left === 0) pending.push(to);
    }
  }
  return !conditional && !exclusive && order.size === shape.length;
}

function drawStart(canvas: Canvas, shape: readonly ShapedStep[], drawn: ReadonlyMap<string, Drawn>): void {
  const starts = shape.filter(({ isStart }) => isStart);
  let from = canvas.add('bpmn:StartEvent', '.start', {}, { implied: true });
  if (starts.length > 1) {
    const split = canvas.flow.keys.split === 'event' ? 'event' : 'all';
    const gateway = canvas.add(
      split === 'event' ? 'bpmn:ExclusiveGateway' : 'bpmn:ParallelGateway',
      '.starts',
      {},
      { split },
    );
    canvas.link(from, gateway, '.begun');
    from = gateway;
  }
  for (const { step } of starts) {
    const target = drawn.get(step.name);
    if (target !== undefined) canvas.link(from, target.entry, `${step.name}.begin`);
  }
}

function drawConnector(
  canvas: Canvas,
  { connector, from, to, index }: { connector: ConnectorDraft; from: Drawn; to: Drawn; index: number },
): void {
  const { when } = connector.keys;
  const body = typeof when === 'boolean' || typeof when === 'number' ? String(when) : when;
  const condition =
    typeof body === 'string'
      ? {
          name: body,
          conditionExpression: canvas.moddle.create('bpmn:FormalExpression', { language: NAMESPACE, body }),
        }
      : {};
  canvas.link(from.exit, to.entry, `.connector-${index + 1}`, condition, without(connector.keys, ['when']));
}

/** An end behind a step that nothing follows, or after whose choice the flow may end; the way that is left otherwise. */
function drawEnd(canvas: Canvas, { step, kind, split, end, outOf }: ShapedStep, { exit }: Drawn): void {
  const { name } = step;
  if ((outOf.length === 0 && kind !== 'gate') || (outOf.length > 0 && split === 'event' && end)) {
    const event = canvas.add('bpmn:EndEvent', `${name}.end`);
    canvas.link(exit, event, `${name}.ended`);
  }
  const last = outOf.at(-1);
  if (split !== 'first' || last === undefined || outOf.length < 2 || last.keys.when !== undefined) return;
  const lines = exit.get('outgoing');
  const line: unknown = Array.isArray(lines) ? lines.at(-1) : undefined;
  if (line !== undefined) exit.set('default', line);
}
