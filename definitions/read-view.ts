/** Documents of the kind `view`. */

import { STEP_NAME } from './read-step.ts';
import { documentName, label, plainName, stepName, TITLE } from './read-words.ts';
import { list, named, turned, withName } from './schema.ts';
import { type Context, optional, record, required, requiredOr, variants } from './schema-record.ts';
import { located, wholeNumber, word } from './schema-scalar.ts';
import type { ShownDocument, Spot, ViewDocument, ViewNodeDocument } from './view-document.ts';

type Node = Omit<ViewNodeDocument, 'name'>;

const NODE_NAME = stepName('the name of a node', 'transfers');

const SPOT_FIELDS = {
  x: optional('pixels from the left edge of the drawing; default: laid out', wholeNumber('x', 0), null),
  y: optional('pixels from its upper edge; default: laid out', wholeNumber('y', 0), null),
};

const NODE_FIELDS = {
  title: optional('the name that people read; default: that of what it shows', TITLE, null),
  ...SPOT_FIELDS,
};

interface Common {
  readonly title: Node['title'];
  readonly x: number | null;
  readonly y: number | null;
}

/** The spot of something; `x` without `y` is none, and is said. */
function spotOf({ x, y }: Omit<Common, 'title'>, { place, findings, lost, spoil }: Context): Spot | null {
  if (x !== null && y !== null) return { x, y };
  if ((x === null && y === null) || lost.size > 0) return null;
  const [given, missing] = x === null ? ['y', 'x'] : ['x', 'y'];
  const message = `${given} without ${missing} says no place: add \`${missing}: 40\`, or leave both out`;
  findings.error(place(given), 'missing-key', message);
  spoil('x', 'y');
  return null;
}

function nodeOf(shows: ShownDocument, common: Common, context: Context): Node {
  return { at: context.at, shows, title: common.title, spot: spotOf(common, context) };
}

const NODE = variants<Node>({
  what: 'a node',
  example: '{ flow: settlement }',
  cases: {
    flow: record({
      what: 'a node that shows a flow',
      example: '{ flow: settlement }',
      fields: {
        flow: required('the flow that it shows', located(documentName('flow', 'settlement'))),
        step: optional('only this step of the flow', located(word(STEP_NAME)), null),
        ...NODE_FIELDS,
      },
      make: ({ flow, step, ...common }, context) => nodeOf({ kind: 'flow', flow, step }, common, context),
    }),
    checkpoint: record({
      what: 'a node that shows a checkpoint type',
      example: '{ checkpoint: receive-file }',
      fields: {
        checkpoint: required(
          'the checkpoint type of which it shows every step',
          located(documentName('checkpoint', 'receive-file')),
        ),
        ...NODE_FIELDS,
      },
      make: ({ checkpoint, ...common }, context) =>
        nodeOf({ kind: 'checkpoint', checkpoint }, common, context),
    }),
    group: record({
      what: 'a node that shows a group',
      example: '{ group: clearing }',
      fields: {
        group: required(
          'the group of which it shows every flow',
          located(word(label('the name of a group', 'clearing'))),
        ),
        ...NODE_FIELDS,
      },
      make: ({ group, ...common }, context) => nodeOf({ kind: 'group', group }, common, context),
    }),
    view: record({
      what: 'a node that shows a view',
      example: '{ view: funds }',
      fields: {
        view: required('the view that it shows and leads to', located(documentName('view', 'funds'))),
        ...NODE_FIELDS,
      },
      make: ({ view, ...common }, context) => nodeOf({ kind: 'view', view }, common, context),
    }),
    label: record({
      what: 'a label',
      example: '{ label: { en: The exchange, zh: 交易所 } }',
      fields: {
        label: required('a box with these words, which shows nothing', TITLE),
        ...SPOT_FIELDS,
      },
      make: ({ label: words, ...spot }, context) =>
        nodeOf({ kind: 'label', label: words }, { title: null, ...spot }, context),
    }),
  },
});

const NODE_REFERENCE = located(word(NODE_NAME));

const LINK = record({
  what: 'a link',
  example: '{ from: exchange, to: settlement }',
  fields: {
    from: required('the node where the line begins', NODE_REFERENCE),
    to: required('the node where it ends', NODE_REFERENCE),
    label: optional('the words at the line', TITLE, null),
  },
  make: (values, { at }): ViewDocument['links'][number] => ({ at, ...values }),
});

const NOTE = record({
  what: 'a note',
  example: '{ text: { en: Standby site in Pudong, zh: 备用机房在浦东 } }',
  fields: {
    text: required('what it says', TITLE),
    ...SPOT_FIELDS,
  },
  make: ({ text, ...spot }, context): ViewDocument['notes'][number] => ({
    at: context.at,
    text,
    spot: spotOf(spot, context),
  }),
});

/** A document of the kind `view`. */
export const VIEW = record({
  what: 'a view',
  example: '{ view: day, nodes: { clearing: { flow: settlement } } }',
  fields: {
    view: requiredOr('the name of the view', word(plainName('the name of a view', 'day')), ''),
    title: optional('the name that people read', TITLE, null),
    nodes: requiredOr(
      'what is drawn: flows, steps, checkpoint types, groups, other views, labels',
      turned(
        named({ what: 'the mapping of nodes', rule: NODE_NAME, item: NODE, atLeastOne: true }),
        (nodes): readonly ViewNodeDocument[] => nodes.map(withName),
      ),
      [],
    ),
    links: optional(
      'lines between the nodes, which say nothing about order',
      list(LINK, { maybeEmpty: true }),
      [],
    ),
    notes: optional('free texts on the drawing', list(NOTE, { maybeEmpty: true }), []),
  },
  make: ({ view, ...rest }, { at }): ViewDocument => ({ kind: 'view', at, name: view, ...rest }),
});
