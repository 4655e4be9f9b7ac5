/** The elements of one process while it is drawn, with what is Milepost's own in their extensions. */
import type { BpmnModdle } from 'bpmn-moddle';
import type { FlowDraft, PlainMap } from '../flow-draft.ts';
import type { Element } from './moddle.ts';

export interface Canvas {
  readonly moddle: BpmnModdle;
  readonly flow: FlowDraft;
  readonly elements: Element[];
  /** an element with an id within the flow; keys go into its extension */
  add(type: string, id: string, more?: Readonly<Record<string, unknown>>, keys?: PlainMap): Element;
  link(
    from: Element,
    to: Element,
    id: string,
    more?: Readonly<Record<string, unknown>>,
    keys?: PlainMap,
  ): Element;
}

export function createCanvas(moddle: BpmnModdle, flow: FlowDraft): Canvas {
  const elements: Element[] = [];
  const add: Canvas['add'] = (type, id, more = {}, keys = {}) => {
    const own =
      Object.keys(keys).length === 0
        ? {}
        : { extensionElements: extension(moddle, [['milepost:Keys', keys]]) };
    const element = moddle.create(type, { id: `${flow.name}.${id}`, ...more, ...own });
    elements.push(element);
    return element;
  };
  return {
    moddle,
    flow,
    elements,
    add,
    link(from, to, id, more = {}, keys = {}) {
      const line = add('bpmn:SequenceFlow', id, { sourceRef: from, targetRef: to, ...more }, keys);
      from.set('outgoing', [...(from.get('outgoing') as Element[]), line]); // a list of elements by its type
      to.set('incoming', [...(to.get('incoming') as Element[]), line]); // as above
      return line;
    },
  };
}

/** Extension elements with data of Milepost's own. */
export function extension(moddle: BpmnModdle, parts: readonly (readonly [string, PlainMap])[]): Element {
  const values = parts.map(([type, data]) => moddle.create(type, { body: JSON.stringify(data) }));
  return moddle.create('bpmn:ExtensionElements', { values });
}
