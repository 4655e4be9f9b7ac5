/**
 * Tells `early.js` which files each page needs, so that they are asked for before the script that knows the pages has come.
 * Pages are those that app.tsx names with `lazyPage('first part of the address', …)`.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin, Rolldown } from 'vite';

const APP = fileURLToPath(new URL('../src/app.tsx', import.meta.url));
const PAGE = /lazyPage\('([\w-]+)',\s*\(\) =>\s*import\('\.\/([^']+)'\)/g;
const TAG = '<script src="/early.js"';

/** The plugin that writes the files of each page into `index.html`. */
export function pageFiles(): Plugin {
  return {
    name: 'page-files',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle = {} }) {
        const pages: Record<string, readonly string[]> = {};
        for (const [, name = '', file = ''] of readFileSync(APP, 'utf8').matchAll(PAGE))
          pages[name] = filesOf(file, bundle);
        if (!html.includes(TAG)) throw new Error(`index.html has no ${TAG}`);
        return html.replace(TAG, `${TAG} data-pages='${JSON.stringify(pages)}'`);
      },
    },
  };
}

/** The chunk of a source with everything that it imports at once, and their styles. */
function filesOf(source: string, bundle: Rolldown.OutputBundle): readonly string[] {
  const chunks = Object.values(bundle).filter((each) => each.type === 'chunk');
  const first = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(`/src/${source}`));
  if (first === undefined) throw new Error(`nothing was built of ${source}, which app.tsx names`);
  const files = new Set<string>();
  const add = (name: string): void => {
    if (files.has(name)) return;
    files.add(name);
    const chunk = chunks.find(({ fileName }) => fileName === name);
    for (const style of chunk?.viteMetadata?.importedCss ?? []) files.add(style);
    for (const other of chunk?.imports ?? []) add(other);
  };
  add(first.fileName);
  return [...files].map((name) => `/${name}`);
}
