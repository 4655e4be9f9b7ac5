/** Where things stand on the page: bpmn-auto-layout knows one process at a time, so each gets a diagram of its own. */
import { layoutProcess } from 'bpmn-auto-layout';
import type { BpmnModdle } from 'bpmn-moddle';
import { createModdle, type Element, idOf, listOf, NAMESPACE, oneOf } from './moddle.ts';
import { plainLayout } from './plain-layout.ts';

/** A diagram for each process, in their order. */
export async function layOut(moddle: BpmnModdle, processes: readonly Element[]): Promise<readonly Element[]> {
  const diagrams: Element[] = [];
  for (const process of processes) {
    const diagram = (await autoLayout(moddle, process)) ?? plainLayout(moddle, process);
    // every file that is laid out names its diagram alike; no name of a step holds two dots in a row
    const plane = oneOf(diagram, 'plane');
    diagram.set('id', `${idOf(process)}..diagram`);
    plane?.set('id', `${idOf(process)}..plane`);
    for (const part of listOf(plane, 'planeElement'))
      part.set('id', `${idOf(oneOf(part, 'bpmnElement'))}..drawn`);
    diagrams.push(diagram);
  }
  return diagrams;
}

/** Null where the library fails: version 1.3 throws on some graphs with several starts or circles. */
async function autoLayout(moddle: BpmnModdle, process: Element): Promise<Element | null> {
  const alone = moddle.create('bpmn:Definitions', { targetNamespace: NAMESPACE, rootElements: [process] });
  const { xml } = await moddle.toXML(alone);
  try {
    const { rootElement } = await createModdle().fromXML(await layoutProcess(xml));
    return listOf(rootElement, 'diagrams')[0] ?? null;
  } catch {
    return null;
  }
}
