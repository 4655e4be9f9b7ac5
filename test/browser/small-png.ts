import { crc32, deflateSync } from 'node:zlib';
import type { Page } from 'playwright-core';

interface Indexed {
  readonly width: number;
  readonly height: number;
  /** three bytes a colour */
  readonly palette: readonly number[];
  /** one byte a pixel, in base 64 */
  readonly pixels: string;
}

/** A picture of a page as PNG with a palette of its 256 commonest colours: a fifth of the usual size. `blank` does the work. */
export async function smallPng(page: Page, blank: Page): Promise<Buffer> {
  const shot = (await page.screenshot({ animations: 'disabled' })).toString('base64');
  const found: Indexed = await blank.evaluate(`(${REDUCE})(${JSON.stringify(shot)})`);
  const pixels = Buffer.from(found.pixels, 'base64');
  const rows = Buffer.concat(
    Array.from({ length: found.height }, (_, y) =>
      Buffer.concat([Buffer.of(0), pixels.subarray(y * found.width, (y + 1) * found.width)]),
    ),
  );
  const head = Buffer.alloc(13);
  head.writeUInt32BE(found.width, 0);
  head.writeUInt32BE(found.height, 4);
  head.set([8, 3, 0, 0, 0], 8); // eight bits, an index into the palette
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(found.palette)),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  const whole = Buffer.alloc(body.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(body, 4);
  whole.writeUInt32BE(crc32(body), body.length + 4);
  return whole;
}

/** Runs in the browser, which reads PNG. */
const REDUCE = `async (shot) => {
  const bytes = Uint8Array.from(atob(shot), (sign) => sign.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  const counts = new Map();
  const colours = new Uint32Array(width * height);
  for (let at = 0; at < colours.length; at += 1) {
    const colour = (data[4 * at] << 16) | (data[4 * at + 1] << 8) | data[4 * at + 2];
    colours[at] = colour;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const kept = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 256).map(([colour]) => colour);
  const places = new Map(kept.map((colour, place) => [colour, place]));
  const part = (colour, shift) => (colour >> shift) & 255;
  const nearest = (colour) => {
    let [best, least] = [0, Infinity];
    kept.forEach((other, place) => {
      const away = [16, 8, 0].reduce((sum, shift) => sum + (part(colour, shift) - part(other, shift)) ** 2, 0);
      if (away < least) [best, least] = [place, away];
    });
    places.set(colour, best);
    return best;
  };
  let pixels = '';
  for (const colour of colours) pixels += String.fromCharCode(places.get(colour) ?? nearest(colour));
  return { width, height, palette: kept.flatMap((colour) => [16, 8, 0].map((shift) => part(colour, shift))), pixels: btoa(pixels) };
}`;
