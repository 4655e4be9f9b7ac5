/**
 * Stands for the module by which Ant Design writes `<style>` elements into the page. What it would write is in
 * `virtual:antd.css` already, and the Content Security Policy refuses it.
 */
export function updateCSS(): HTMLStyleElement {
  return document.createElement('style');
}

export const injectCSS = updateCSS;

export function removeCSS(): void {}

export function clearContainerCache(): void {}
