import { dayAddress, flowAddress } from '../address/address.ts';
import type { ViewNodeItem, ViewPart } from '../api/view-answers.ts';

const VIEWS = '/views';

/** The page of a view; `query` may name a day and a node. */
export function viewAddress(name: string, query: Readonly<Record<string, string>> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `${VIEWS}/${encodeURIComponent(name)}${search === '' ? '' : `?${search}`}`;
}

/** Where a part is looked into: where its alarm is, else the step it is about. */
export function partAddress({ flow, key, step, reason }: ViewPart): string {
  const { alarm } = reason;
  if (alarm !== null)
    return flowAddress(alarm.flow, alarm.key, alarm.step === null ? {} : { step: alarm.step });
  const about = step ?? reason.step;
  return flowAddress(flow, key, about === null ? {} : { step: about.name });
}

/**
 * Where a click on a node leads: into another view, to the day's list of a group, to what is wrong or goes on in a flow or
 * step; of several of these, to the list of them beside the drawing. Null for a label.
 */
export function nodeAddress(
  node: ViewNodeItem,
  here: { readonly view: string; readonly day: string | null },
): string | null {
  const day: Readonly<Record<string, string>> = here.day === null ? {} : { day: here.day };
  if (node.view !== null) return viewAddress(node.view, day);
  if (node.group !== null) return `${dayAddress(here.day)}?${new URLSearchParams({ group: node.group })}`;
  const [worst] = node.parts;
  if (worst === undefined) return null;
  return node.parts.length === 1 ? partAddress(worst) : viewAddress(here.view, { ...day, node: node.id });
}
