import { type ComponentType, lazy } from 'react';

interface PageModule {
  readonly default: ComponentType;
}

const loaders = new Map<string, () => Promise<unknown>>();

/**
 * A page that is loaded when it is gone to. `name` is the first part of its address: the page that a visit begins with is
 * loaded before anything is drawn, since React would show that it is waiting for a third of a second at least.
 */
export function lazyPage(name: string, load: () => Promise<PageModule>): ComponentType {
  let loaded: ComponentType | null = null;
  const Later = lazy(load);
  loaders.set(name, async () => {
    loaded = (await load()).default;
  });
  // biome-ignore lint/correctness/noComponentHookFactories: one is made for each page, when the program begins
  return function LazyPage() {
    const Page = loaded ?? Later;
    return <Page />;
  };
}

/** Resolves once the page of an address is loaded; also where there is none, or it cannot be. */
export async function loadPageOf(path: string): Promise<void> {
  const [, name = ''] = path.split('/');
  await loaders
    .get(name)?.()
    .catch(() => {}); // drawing it tries again, and says what is wrong
}
