import { describe, expect, test } from 'vitest';
import {
  channels,
  luminance,
  mappedPalette,
  PALETTES,
} from '../../../adapters/console/src/status/palettes.ts';
import { TONES, type Tone } from '../../../adapters/console/src/status/tone.ts';

/** Who sees how: matrices on linear RGB for full strength, from Machado, Oliveira and Fernandes 2009. */
const EYES: Readonly<Record<string, readonly (readonly number[])[]>> = {
  'all colours': [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  'no red (protanopia)': [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  'no green (deuteranopia)': [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  'no blue (tritanopia)': [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
  'no colour at all': [
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
    [0.2126, 0.7152, 0.0722],
  ],
};

/** CIE Lab (D65) of a colour as these eyes see it. */
function seen(colour: string, eyes: readonly (readonly number[])[]): readonly number[] {
  const linear = channels(colour).map((value) =>
    value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4,
  );
  const [r = 0, g = 0, b = 0] = eyes.map((row) =>
    Math.min(
      1,
      Math.max(
        0,
        row.reduce((sum, weight, index) => sum + weight * (linear[index] ?? 0), 0),
      ),
    ),
  );
  const xyz = [
    (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
    0.2126 * r + 0.7152 * g + 0.0722 * b,
    (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
  ];
  const [x = 0, y = 0, z = 0] = xyz.map((value) =>
    value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116,
  );
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function difference(a: string, b: string, eyes: readonly (readonly number[])[]): number {
  const [left, right] = [seen(a, eyes), seen(b, eyes)];
  return Math.hypot(...left.map((value, index) => value - (right[index] ?? 0)));
}

/** What may not be taken for each other: what is wrong for what is well or goes on. Waiting and running differ by shape. */
const APART: readonly (readonly [Tone, Tone])[] = [
  ['critical', 'done'],
  ['critical', 'running'],
  ['critical', 'idle'],
  ['critical', 'warning'],
  ['warning', 'done'],
  ['unknown', 'done'],
  ['unknown', 'idle'],
  ['unknown', 'running'],
  ['running', 'done'],
];

const LEAST = 11;
/** Critical beside done is what it is all about. */
const LEAST_CRITICAL = 20;

describe.each(Object.entries(PALETTES))('the palette %s', (_, palette) => {
  test.each(Object.entries(EYES))('keeps apart what matters for eyes that see %s', (_name, eyes) => {
    const close = APART.map(([a, b]) => ({
      pair: `${a} ${b}`,
      by: difference(palette[a].fill, palette[b].fill, eyes),
    }));
    const tooClose = close.filter(({ pair, by }) => by < (pair === 'critical done' ? LEAST_CRITICAL : LEAST));
    expect(tooClose).toEqual([]);
  });

  test.each(TONES)('has ink that can be read on %s', (tone) => {
    expect(contrast(palette[tone].ink, palette[tone].fill)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(TONES)('has a line around %s that is seen on white', (tone) => {
    expect(contrast(palette[tone].line, '#ffffff')).toBeGreaterThanOrEqual(3);
  });
});

test('a colour of one’s own gets ink that can be read on it, and a wrong one is left out', () => {
  for (const fill of ['#000000', '#ffffff', '#777777', '#ff0000', '#00ff00', '#0000ff', '#808000']) {
    const { done } = mappedPalette('exchange', { done: fill });
    expect(done.fill).toBe(fill);
    expect(contrast(done.ink, fill)).toBeGreaterThanOrEqual(4.5);
  }
  expect(mappedPalette('exchange', { done: 'red; background: url(x)' })).toEqual(PALETTES.exchange);
});

function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((left, right) => right - left);
  return (light + 0.05) / (dark + 0.05);
}
