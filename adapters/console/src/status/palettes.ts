/**
 * The colours of tones. A test holds each palette to being told apart by people with each kind of colour blindness where
 * the difference matters most; shapes and words do the rest.
 */
import { TONES, type Tone } from './tone.ts';

export interface Shade {
  /** of marks, bars and nodes */
  readonly fill: string;
  /** of what is drawn on the fill */
  readonly ink: string;
  /** around the fill */
  readonly line: string;
}

export type Palette = Readonly<Record<Tone, Shade>>;
export type PaletteName = 'exchange' | 'safe';

/** `exchange`: green normal or done, yellow running or warning, red severe, black unknown. `safe`: told apart by all. */
export const PALETTES: Readonly<Record<PaletteName, Palette>> = {
  exchange: {
    done: { fill: '#3aa864', ink: '#06210f', line: '#1c7a42' },
    running: { fill: '#ffd84a', ink: '#2b2200', line: '#a88100' },
    waiting: { fill: '#fff3c4', ink: '#4a3a00', line: '#a88100' },
    warning: { fill: '#f5a623', ink: '#2a1800', line: '#a86500' },
    critical: { fill: '#c01a1a', ink: '#ffffff', line: '#8c0d0d' },
    unknown: { fill: '#17191c', ink: '#ffffff', line: '#7d8690' },
    idle: { fill: '#ffffff', ink: '#5d6772', line: '#8a949e' },
    excused: { fill: '#dfe3e7', ink: '#424a52', line: '#8a949e' },
  },
  safe: {
    done: { fill: '#3b8fd0', ink: '#021526', line: '#1c649c' },
    running: { fill: '#ffe45c', ink: '#2b2200', line: '#a88c00' },
    waiting: { fill: '#fff6cf', ink: '#4a3a00', line: '#a88c00' },
    warning: { fill: '#ee9a1f', ink: '#2a1800', line: '#a86500' },
    critical: { fill: '#9c1452', ink: '#ffffff', line: '#6e0a38' },
    unknown: { fill: '#17191c', ink: '#ffffff', line: '#7d8690' },
    idle: { fill: '#ffffff', ink: '#5d6772', line: '#8a949e' },
    excused: { fill: '#dfe3e7', ink: '#424a52', line: '#8a949e' },
  },
};

/** A palette with the user's own fills in it; ink is chosen so that it can be read on them. */
export function mappedPalette(name: PaletteName, own: Readonly<Partial<Record<Tone, string>>>): Palette {
  const base = PALETTES[name];
  const entries = TONES.map((tone): [Tone, Shade] => {
    const fill = own[tone];
    if (fill === undefined || !/^#[0-9a-f]{6}$/i.test(fill)) return [tone, base[tone]];
    return [tone, { fill, ink: luminance(fill) > 0.18 ? '#000000' : '#ffffff', line: darker(fill) }];
  });
  return Object.fromEntries(entries) as Palette; // one entry for each tone
}

/** Makes the page use a palette. */
export function applyPalette(
  palette: Palette,
  root: { readonly style: { setProperty(name: string, value: string): void } },
): void {
  for (const tone of TONES) {
    const { fill, ink, line } = palette[tone];
    root.style.setProperty(`--palette-${tone}`, fill);
    root.style.setProperty(`--palette-${tone}-ink`, ink);
    root.style.setProperty(`--palette-${tone}-line`, line);
  }
}

/** Relative luminance of `#rrggbb`, 0 to 1, by WCAG 2.2. */
export function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Red, green and blue of `#rrggbb`, 0 to 1. */
export function channels(colour: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
}

function darker(colour: string): string {
  const part = (value: number) =>
    Math.round(value * 0.68 * 255)
      .toString(16)
      .padStart(2, '0');
  return `#${channels(colour).map(part).join('')}`;
}
