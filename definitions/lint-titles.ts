import type { Document } from './document.ts';
import type { Findings } from './findings.ts';
import type { Place } from './place.ts';
import type { Title } from './title.ts';
import type { ViewDocument } from './view-document.ts';

/**
 * Titles in one language only, of anything that people read: always where the other is left out of `{ en, zh }`, and for
 * plain texts where the set is written in both.
 */
export function lintTitles(documents: readonly Document[], findings: Findings): void {
  const titles = documents.flatMap(titlesOf);
  const both = titles.filter(({ title }) => missingIn(title) === null).length;
  const isBilingual = both * 2 > titles.length;
  for (const { title, at, what } of titles) {
    const missing = missingIn(title);
    if (missing === null || (typeof title === 'string' && !isBilingual)) continue;
    const language = missing === 'zh' ? 'Chinese' : missing === 'en' ? 'English' : 'both languages';
    const remedy = typeof title === 'string' ? '`{ en: …, zh: … }`' : `\`${missing}: …\``;
    findings.warning(at, 'MP401', `the title of ${what} is missing in ${language}: write ${remedy}`);
  }
}

interface Titled {
  readonly title: Title;
  readonly at: Place;
  readonly what: string;
}

/** Which language a title lacks; a plain text may be either. */
function missingIn(title: Title): 'en' | 'zh' | 'one' | null {
  if (typeof title === 'string') return 'one';
  if (title.en === undefined) return 'en';
  return title.zh === undefined ? 'zh' : null;
}

function inView({ nodes, links, notes }: ViewDocument): readonly Titled[] {
  return [
    ...nodes.flatMap(({ title, shows, at, name }) => {
      const words = shows.kind === 'label' ? shows.label : title;
      return words === null ? [] : [{ title: words, at, what: `node '${name}'` }];
    }),
    ...links.flatMap(({ label, at }) => (label === null ? [] : [{ title: label, at, what: 'this link' }])),
    ...notes.map(({ text, at }) => ({ title: text, at, what: 'this note' })),
  ];
}

function titlesOf(document: Document): readonly Titled[] {
  const of = (title: Title | null | undefined, at: Place, what: string): readonly Titled[] =>
    title === null || title === undefined ? [] : [{ title, at, what }];
  const own =
    'title' in document ? of(document.title, document.at, `${document.kind} '${document.name}'`) : [];
  const bodies = document.kind === 'flow' ? document.steps : document.kind === 'checkpoint' ? [document] : [];
  const steps =
    document.kind === 'flow'
      ? document.steps.flatMap(({ title, at, name }) => of(title, at, `step '${name}'`))
      : [];
  const params = bodies.flatMap((body) =>
    body.params.flatMap(({ title, at, name }) => of(title, at, `parameter '${name}'`)),
  );
  return [...own, ...steps, ...params, ...(document.kind === 'view' ? inView(document) : [])];
}
