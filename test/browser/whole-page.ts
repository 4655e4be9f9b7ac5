/** Whether a page is whole as it stands: nothing beyond its edge, no text that is cut off without a way to read it. */
import type { Page } from 'playwright-core';

/** How many pixels the page is wider than its window, or its middle than its frame. */
export async function pixelsTooWide(page: Page): Promise<number> {
  return page.evaluate(
    `Math.max(...[document.documentElement, document.querySelector('main')]
      .map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth))`,
  );
}

/**
 * Texts that are cut off by what they lie in, each with where. Allowed is what ends in an ellipsis and has all of it as a
 * title, what can be scrolled to, and what lies on a canvas.
 */
export async function cutTexts(page: Page): Promise<readonly string[]> {
  return page.evaluate(CUT_TEXTS);
}

const CUT_TEXTS = `(() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const nameOf = (element) => element.tagName.toLowerCase() + [...element.classList].map((each) => '.' + each).join('');
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.data.trim();
    const own = node.parentElement;
    if (text === '' || own.closest('.sr-only, .skip-link, select, datalist, script, .react-flow__minimap')) continue;
    if (!own.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    if (box.width === 0) continue;
    let clippedX = null;
    for (let at = own; at !== null && at !== document.body; at = at.parentElement) {
      if (at.matches('.react-flow')) break;
      const style = getComputedStyle(at);
      const hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
      if (style.overflowX === 'auto' || style.overflowX === 'scroll') break;
      const frame = at.getBoundingClientRect();
      const x = hides(style.overflowX) && (box.right > frame.right + 1 || box.left < frame.left - 1);
      const y = hides(style.overflowY) && (box.bottom > frame.bottom + 3 || box.top < frame.top - 3);
      if (!x && !y) continue;
      const told = (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') && own.closest('[title]') !== null;
      if (!told) clippedX ??= nameOf(at);
      break;
    }
    if (clippedX !== null) found.push(clippedX + ' cuts "' + text.slice(0, 60) + '"');
  }
  return [...new Set(found)];
})()`;
