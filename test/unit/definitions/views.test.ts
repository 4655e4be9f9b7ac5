import { describe, expect, test } from 'vitest';
import { compileDefinitions, lintDefinitions, NO_EXTENSIONS, type View } from '../../../definitions/index.ts';

const FLOWS = `---
flow: settlement
title: { en: Settlement, zh: 结算 }
group: clearing
steps: { receive: { checkpoint: file, title: Files }, margin: { flow: margin }, check: {} }
connectors: [{ from: receive, to: margin }, { from: margin, to: check }]
---
flow: margin
group: clearing
steps: { compute: {}, load: { checkpoint: file } }
connectors: { from: compute, to: load }
---
checkpoint: file
title: A file
`;

const compile = (text: string) => compileDefinitions([{ file: 'a.yaml', text: text + FLOWS }], 'r');

function viewsOf(text: string): ReadonlyMap<string, View> {
  const { definitions, findings } = compile(text);
  expect(findings).toEqual([]);
  if (definitions === null) throw new Error('the definitions have errors');
  return definitions.views;
}

describe('a view', () => {
  const views = viewsOf(`view: day
title: { en: The day, zh: 当日 }
nodes:
  all: { flow: settlement }
  files: { flow: settlement, step: receive }
  types: { checkpoint: file, title: Every file }
  clearing: { group: clearing, x: 40, y: 0 }
  inner: { view: inner }
  outside: { label: { en: The exchange, zh: 交易所 } }
links: { from: outside, to: all, label: trades }
notes: [{ text: Standby, x: 1, y: 2 }, { text: Below }]
---
view: inner
nodes: { check: { flow: settlement, step: check } }
`);

  test('shows flows, steps, every step of a type, every flow of a group, other views, and labels', () => {
    expect(views.get('day')?.nodes.map(({ shows }) => shows)).toEqual([
      { kind: 'flow', flow: 'settlement' },
      { kind: 'step', flow: 'settlement', step: 'receive' },
      {
        kind: 'checkpoint',
        checkpoint: 'file',
        steps: [
          { flow: 'settlement', step: 'receive' },
          { flow: 'margin', step: 'load' },
        ],
      },
      { kind: 'group', group: 'clearing', flows: ['settlement', 'margin'] },
      { kind: 'view', view: 'inner' },
      { kind: 'label' },
    ]);
  });

  test('calls a node by its own title, else by that of what it shows, else by its name', () => {
    const titles = [...views.values()].flatMap(({ nodes }) => nodes.map(({ title }) => title));
    expect(titles).toEqual([
      { en: 'Settlement', zh: '结算' },
      ...['Files', 'Every file', 'clearing', 'inner'],
      { en: 'The exchange', zh: '交易所' },
      'check',
    ]);
  });

  test('keeps links, notes, places, and knows which views show it', () => {
    expect(views.get('day')).toMatchObject({
      links: [{ from: 'outside', to: 'all', label: 'trades' }],
      notes: [
        { text: 'Standby', spot: { x: 1, y: 2 } },
        { text: 'Below', spot: null },
      ],
      parents: [],
    });
    expect(views.get('day')?.nodes.map(({ spot }) => spot)).toEqual([
      ...[null, null, null],
      { x: 40, y: 0 },
      ...[null, null],
    ]);
    expect(views.get('inner')?.parents).toEqual(['day']);
  });
});

describe('what is wrong with a view is said where it stands', () => {
  const view = (node: string, rest = '') => `view: day\nnodes:\n  a: ${node}\n${rest}`;

  test.each([
    ['no flow of the name', view('{ flow: setlement }'), '3:14 unknown-flow', "did you mean 'settlement'?"],
    ['no step of the name', view('{ flow: settlement, step: recieve }'), '3:32 unknown-step', "'receive'"],
    ['no type of the name', view('{ checkpoint: fil }'), '3:20 unknown-checkpoint', "'file'"],
    ['no group of the name', view('{ group: claering }'), '3:15 unknown-group', "'clearing'"],
    ['no view of the name', view('{ view: dya }'), '3:14 unknown-view', "'day'"],
    ['a view that shows itself', view('{ view: day }'), '3:14 view-circle', "'day' -> 'day'"],
    [
      'views that show each other',
      `${view('{ view: b }')}---\nview: b\nnodes: { a: { view: day } }\n`,
      '6:21 view-circle',
      "'day' -> 'b' -> 'day'",
    ],
    [
      'a link to nowhere',
      view('{ label: A }', 'links: { from: a, to: aa }\n'),
      '4:23 unknown-node',
      "did you mean 'a'?",
    ],
    ['a link to itself', view('{ label: A }', 'links: { from: a, to: a }\n'), '4:8 self-link', 'another'],
    ['a node of nothing', view('{ title: A }'), '3:3 missing-key', 'flow, checkpoint, group, view, label'],
    ['a node of two things', view('{ flow: settlement, group: clearing }'), '3:26 misplaced-key', 'keep one'],
    ['a step without its flow', view('{ step: receive }'), '3:3 missing-key', 'needs one of'],
    ['half a place', view('{ label: A, x: 4 }'), '3:18 missing-key', 'add `y: 40`'],
    ['a place left of the edge', view('{ label: A, x: -4, y: 1 }'), '3:21 bad-number', 'from 0 up'],
    ['no node', 'view: day\nnodes: {}\n', '2:8 missing-key', 'must not be empty'],
    ['no nodes', 'view: day\n', '1:1 missing-key', 'needs nodes'],
    ['an unknown key', view('{ label: A }', 'lnks: []\n'), '4:1 unknown-key', 'did you mean links?'],
  ])('%s', (_, text, place, remedy) => {
    const { definitions, findings } = compile(text);
    const found = findings.map(({ at, code }) => `${at.line}:${at.column} ${code}`);
    expect(found).toEqual([place]);
    expect(findings[0]?.message).toContain(remedy);
    expect(definitions).toBeNull();
  });

  test('and not what may only follow from a document that could not be read', () => {
    const { findings } = compile(`view: day
nodes: { a: { flow: other, step: x }, b: { group: funds }, c: { view: inner }, d: { flow: half, step: gone } }
---
flow: other
colour: red
group: 5
---
flow: half
steps: { a: { gat: true } , 5x: {} }
---
view: inner
nodes: 7
`);
    expect(findings.map(({ at, code }) => `${at.line} ${code}`)).toEqual([
      ...['5 unknown-key', '6 quote-it', '4 missing-key'].toSorted(),
      ...['9 unknown-key', '9 bad-name'],
      '12 wrong-type',
    ]);
  });
});

test('lint names the nodes behind which there is nothing', () => {
  const text = `view: day
nodes:
  a: { checkpoint: unused }
  b: { view: labels }
  c: { view: inner }
---
view: labels
nodes: { x: { label: The bank } }
---
view: inner
nodes: { x: { flow: settlement } }
---
checkpoint: unused
${FLOWS}`;
  const found = lintDefinitions([{ file: 'a.yaml', text }], {
    extensions: NO_EXTENSIONS,
    today: () => '2026-06-01',
  });
  expect(found.map(({ at, code }) => `${at.line} ${code}`)).toEqual(['3 MP601', '4 MP601', '13 MP303']);
});

test('lint misses the words of a view in one language', () => {
  const text = `view: day
title: { en: Day }
nodes: { a: { label: { zh: 银行 } }, b: { flow: settlement, title: { en: All } } }
links: { from: a, to: b, label: { en: money } }
notes: { text: { zh: 备用 } }
${FLOWS}`;
  const found = lintDefinitions([{ file: 'a.yaml', text }], {
    extensions: NO_EXTENSIONS,
    today: () => '2026-06-01',
  });
  expect(found.map(({ at, code }) => `${at.line}:${at.column} ${code}`)).toEqual([
    ...['1:1 MP401', '3:10 MP401', '3:36 MP401', '4:8 MP401', '5:8 MP401'],
  ]);
});
