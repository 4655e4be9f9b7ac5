import { useReactFlow, useStore, type Viewport } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import type { Size } from './canvas-view.ts';

/** Differences that nobody sees: pixels, and a share of the zoom. */
const PIXEL = 1;
const SHARE = 0.005;

/**
 * Looks at the whole anew when what is drawn has another shape; and when the canvas has another size, unless somebody has
 * moved or zoomed since. `viewFor` gives where to look; null while that is not known.
 */
export function useView(shape: string | null, viewFor: (size: Size) => Viewport | null): void {
  const { getViewport, setViewport } = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const last = useRef<{ readonly shape: string; readonly view: Viewport } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: nothing but a new shape or size moves what somebody looks at
  useEffect(() => {
    if (shape === null || width === 0 || height === 0) return;
    const view = viewFor({ width, height });
    if (view === null) return;
    const moved = last.current?.shape === shape && !isSame(last.current.view, getViewport());
    if (moved) return;
    last.current = { shape, view };
    void setViewport(view);
  }, [shape, width, height]);
}

function isSame(a: Viewport, b: Viewport): boolean {
  return Math.abs(a.x - b.x) < PIXEL && Math.abs(a.y - b.y) < PIXEL && Math.abs(a.zoom / b.zoom - 1) < SHARE;
}
