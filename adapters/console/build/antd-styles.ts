/**
 * The styles of Ant Design as a file, so that the page needs no style that is made while it runs and its Content
 * Security Policy can refuse them all.
 *
 * 1. `virtual:antd.css` holds the styles of exactly the components that the sources import from `antd`.
 * 2. The rules are the same in light and dark; only the variables differ, and those of dark hold under
 *    `:root[data-theme=dark]`.
 * 3. Nothing is written into the page: the module that does it is replaced by one that does not.
 */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as antd from 'antd';
import { type ComponentType, createElement, type ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Plugin } from 'vite';
import { ANTD_DARK_TOKENS, ANTD_THEME } from '../src/theme/antd-theme.ts';

const NAME = 'virtual:antd.css';
const NONE = fileURLToPath(new URL('./no-styles-at-run-time.ts', import.meta.url));
const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

// What Ant Design makes its styles with is a package of its own, and not one of ours.
const cssinjs = createRequire(import.meta.resolve('antd'))('@ant-design/cssinjs');

/** Components that show nothing without some of their properties. */
const PROPERTIES: Readonly<Record<string, object>> = {
  Dropdown: { menu: { items: [] }, children: createElement('span') },
  Drawer: { open: true, getContainer: false },
  Modal: { open: true, getContainer: false },
  Menu: { items: [] },
  Tree: { treeData: [] },
  Tooltip: { title: 'x', children: createElement('span') },
  Popover: { title: 'x', children: createElement('span') },
};
/** What is exported and has no styles, or none of its own. */
const WITHOUT = new Set(['ConfigProvider', 'theme']);

/** The plugin that gives `virtual:antd.css`. */
export function antdStyles(): Plugin {
  return {
    enforce: 'pre',
    name: 'antd-styles',
    resolveId(id) {
      if (id === NAME) return `\0${NAME}`;
      return id.endsWith('/Dom/dynamicCSS') ? NONE : null;
    },
    load: (id) => (id === `\0${NAME}` ? styleSheet(usedComponents()) : null),
  };
}

/** Names that any source imports from `antd`, types left out. */
function usedComponents(): readonly string[] {
  const names = new Set<string>();
  for (const file of globSync('**/*.tsx', { cwd: SOURCES })) {
    const text = readFileSync(`${SOURCES}/${file}`, 'utf8');
    for (const [, list = ''] of text.matchAll(/import \{([^}]*)\} from 'antd'/g))
      for (const name of list.split(',').map((each) => each.trim()))
        if (name !== '' && !name.startsWith('type ') && !WITHOUT.has(name)) names.add(name);
  }
  return [...names].sort();
}

function styleSheet(names: readonly string[]): string {
  const light = extract(names, antd.theme.defaultAlgorithm);
  const dark = extract(names, antd.theme.darkAlgorithm);
  if (light.rules !== dark.rules)
    throw new Error(
      'the rules of Ant Design differ between light and dark; give each a style sheet of its own',
    );
  const darkened = dark.variables.replaceAll(/(^|\})\.mp/g, '$1:root[data-theme="dark"] .mp');
  return `${light.rules}\n${light.variables}\n${darkened}`;
}

function extract(names: readonly string[], algorithm: typeof antd.theme.defaultAlgorithm) {
  const cache = cssinjs.createCache();
  const dark = algorithm === antd.theme.darkAlgorithm;
  const token = { ...ANTD_THEME.token, ...(dark ? ANTD_DARK_TOKENS : {}) };
  const theme = { ...ANTD_THEME, token, zeroRuntime: false, algorithm };
  const page = createElement(antd.ConfigProvider, { theme }, ...names.map(instanceOf));
  const warn = console.error;
  console.error = () => {}; // portals say that they show nothing without a browser
  try {
    renderToStaticMarkup(createElement(cssinjs.StyleProvider, { cache }, page));
  } finally {
    console.error = warn;
  }
  const text = (types: string[]): string => cssinjs.extractStyle(cache, { plain: true, types });
  return { rules: text(['style']), variables: text(['token', 'cssVar']) };
}

function instanceOf(name: string): ReactNode {
  const found: unknown = Reflect.get(antd, name);
  if (found === undefined) throw new Error(`antd exports no ${name}`);
  // each is a component, and what it needs is in the table
  return createElement(found as ComponentType<object>, { key: name, ...PROPERTIES[name] });
}
