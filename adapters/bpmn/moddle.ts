/** The BPMN meta-model with Milepost's own elements in it, and how its values are read. */
import { BpmnModdle, type ModdleElement } from 'bpmn-moddle';

export type Element = ModdleElement;

/** The namespace of what BPMN has no element for; also the language of conditions that are Milepost expressions. */
export const NAMESPACE = 'https://milepost.dev/bpmn/1';

/** `<milepost:keys>` holds the keys of a step, connector or flow as JSON; `<milepost:document>` one more document. */
const PACKAGE = {
  name: 'Milepost',
  uri: NAMESPACE,
  prefix: 'milepost',
  xml: { tagAlias: 'lowerCase' },
  types: [
    { name: 'Keys', superClass: ['Element'], properties: [{ name: 'body', isBody: true, type: 'String' }] },
    {
      name: 'Document',
      superClass: ['Element'],
      properties: [{ name: 'body', isBody: true, type: 'String' }],
    },
  ],
};

export function createModdle(): BpmnModdle {
  return new BpmnModdle({ milepost: PACKAGE });
}

/** An attribute or body as text; empty where there is none. */
export function textOf(element: Element | null, name: string): string {
  const value = element === null ? undefined : propertyOf(element, name);
  return typeof value === 'string' ? value : '';
}

/** The name on one line, as people read it. */
export function labelOf(element: Element | null): string {
  return textOf(element, 'name')
    .toWellFormed()
    .replace(/[\s\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}\ufeff]+/gu, ' ')
    .trim();
}

export function idOf(element: Element | null): string {
  return textOf(element, 'id');
}

/** A child or a resolved reference. */
export function oneOf(element: Element | null, name: string): Element | null {
  const value = element === null ? undefined : propertyOf(element, name);
  return isElement(value) ? value : null;
}

export function listOf(element: Element | null, name: string): readonly Element[] {
  const value = element === null ? undefined : propertyOf(element, name);
  return Array.isArray(value) ? value.filter(isElement) : [];
}

export function flagOf(element: Element, name: string): boolean {
  return propertyOf(element, name) === true;
}

/** `task` of `bpmn:Task`. */
export function kindOf({ $type }: Element): string {
  const name = $type.slice($type.indexOf(':') + 1);
  return name.replace(/^BPMN/, 'bpmn').replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}

function propertyOf(element: Element, name: string): unknown {
  // elements that no package describes have no `get` of that name
  return element.$descriptor?.properties === undefined ? Reflect.get(element, name) : element.get(name);
}

export function isElement(value: unknown): value is Element {
  return typeof value === 'object' && value !== null && '$type' in value;
}
