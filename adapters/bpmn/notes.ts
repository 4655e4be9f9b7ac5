/**
 * What became of the elements of a diagram that a flow cannot carry as they are: every element is either handled by the
 * reader, which may leave a note, or said to be dropped.
 */
import { type Element, idOf, isElement, kindOf, labelOf } from './moddle.ts';

export interface Note {
  /** as in the file; empty where the element has none */
  readonly id: string;
  readonly name: string;
  /** `task`, `messageFlow`, … */
  readonly type: string;
  /** not carried at all, carried as something near it, or kept only as a comment */
  readonly what: 'dropped' | 'changed' | 'comment';
  readonly text: string;
}

export interface Notes {
  handled(element: Element): void;
  isHandled(element: Element): boolean;
  add(element: Element, what: Note['what'], text: string): void;
  /** All notes, with one for each element below the root that nobody handled. */
  finish(root: Element): readonly Note[];
}

/** Parts that mean nothing by themselves, or whose meaning stands elsewhere. */
const SILENT = new Set(['extensionElements', 'documentation', 'laneSet', 'collaboration', 'definitions']);
const LAYOUT = 'bpmndi:';

export function createNotes(): Notes {
  const seen = new Set<Element>();
  const foreign = new Set<Element>();
  const notes: Note[] = [];
  const add: Notes['add'] = (element, what, text) => {
    seen.add(element);
    notes.push({ id: idOf(element), name: labelOf(element), type: kindOf(element), what, text });
  };
  return {
    handled: (element) => void seen.add(element),
    isHandled: (element) => seen.has(element),
    add,
    finish(root) {
      for (const element of below(root)) {
        if (seen.has(element) || SILENT.has(kindOf(element))) continue;
        if (element.$type.startsWith(LAYOUT)) add(element, 'dropped', 'flows have no layout');
        else if (element.$type.startsWith('bpmn:')) add(element, 'dropped', reasonFor(element));
        else foreign.add(ownerOf(element));
      }
      for (const owner of foreign) add(owner, 'dropped', `what other tools keep in it: ${toolsIn(owner)}`);
      return notes;
    },
  };
}

/** All elements below one, in the order of the file; of diagrams only the diagram itself. */
function* below(root: Element): Generator<Element> {
  const pending = childrenOf(root).toReversed();
  for (let element = pending.pop(); element !== undefined; element = pending.pop()) {
    yield element;
    if (element.$type === 'bpmndi:BPMNDiagram' || !element.$type.startsWith('bpmn:')) continue;
    pending.push(...childrenOf(element).toReversed());
  }
}

function childrenOf(element: Element): readonly Element[] {
  const { properties = [] } = element.$descriptor ?? {};
  return properties
    .filter(({ isReference, isAttr }) => isReference !== true && isAttr !== true)
    .flatMap(({ name }) => {
      const value = element.get(name);
      return Array.isArray(value) ? value.filter(isElement) : isElement(value) ? [value] : [];
    })
    .filter((child) => child.$parent === element || child.$parent === undefined);
}

const REASONS: Readonly<Record<string, string>> = {
  messageFlow: 'flows do not know each other’s messages; what is received is a step that reports it',
  association: 'it draws a line and orders nothing',
  textAnnotation: 'it belongs to no step',
  group: 'it draws a box and orders nothing',
  dataObject: 'data is what steps report as params',
  dataObjectReference: 'data is what steps report as params',
  dataStoreReference: 'data is what steps report as params',
  message: 'what is received is a step that reports it',
  participant: 'it shows no process',
};

/** The element that an extension of another tool stands in. */
function ownerOf(element: Element): Element {
  const parent = element.$parent;
  if (parent?.$type === 'bpmn:ExtensionElements') return parent.$parent ?? parent;
  return parent ?? element;
}

function toolsIn(owner: Element): string {
  const values = childrenOf(owner).flatMap((child) =>
    child.$type === 'bpmn:ExtensionElements' ? childrenOf(child) : child,
  );
  const types = values.map(({ $type }) => $type).filter((type) => !/^(?:bpmn|bpmndi|milepost):/.test(type));
  return [...new Set(types)].join(', ').slice(0, 300);
}

function reasonFor(element: Element): string {
  return REASONS[kindOf(element)] ?? 'a flow has nothing for it';
}
