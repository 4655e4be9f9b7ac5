/** What a diagram carries of Milepost's own: keys of flows, steps and connectors, and whole documents, as JSON. */
import { isPlainMap, type PlainMap } from '../flow-draft.ts';
import { type Element, listOf, oneOf, textOf } from './moddle.ts';
import type { Notes } from './notes.ts';

const MOST = 256 * 1024;
const DEEPEST = 32;

/** The keys that an element carries; none where it carries nothing, or nothing that can be read, which is noted. */
export function keysOf(element: Element, notes: Notes): PlainMap {
  return carried(element, 'milepost:Keys', notes)[0] ?? {};
}

/** Further documents that stand with the definitions: checkpoint types and calendars. */
export function documentsOf(definitions: Element, notes: Notes): readonly PlainMap[] {
  return carried(definitions, 'milepost:Document', notes);
}

function carried(element: Element, type: string, notes: Notes): readonly PlainMap[] {
  const values = listOf(oneOf(element, 'extensionElements'), 'values');
  return values.flatMap((value) => {
    if (value.$type !== type) return [];
    notes.handled(value);
    const map = parsed(textOf(value, 'body'));
    if (map !== null) return [map];
    notes.add(element, 'dropped', `its ${type.toLowerCase()} are no JSON object: export the flow again`);
    return [];
  });
}

function parsed(text: string): PlainMap | null {
  if (text.length > MOST) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isPlainMap(value) && depthOf(text) <= DEEPEST ? value : null;
  } catch {
    return null;
  }
}

/** How deep the brackets of a JSON text go, those in strings counted too. */
function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const sign of text) {
    if (sign === '{' || sign === '[') deepest = Math.max(deepest, ++depth);
    else if (sign === '}' || sign === ']') depth--;
  }
  return deepest;
}
