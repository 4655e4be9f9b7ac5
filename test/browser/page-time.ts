/** How long a page takes: by the wall, and in time of the processor, which other work on the machine does not lengthen. */
import type { CDPSession, Page } from 'playwright-core';
import type { Stage } from './stage.ts';

export interface Load {
  readonly page: Page;
  readonly session: CDPSession;
  /** from the navigation until it showed what was waited for, ms */
  readonly wall: number;
  /** of it the main thread, ms of the processor */
  readonly busy: number;
  /** of scripts, styles, pages and answers, as they were transferred */
  readonly bytes: number;
}

/** Opens a page as somebody does who was never there, with an empty cache, and waits until `shown`, an expression, is true. */
export async function coldLoad({ browser, address }: Stage, path: string, shown: string): Promise<Load> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await session.send('Network.enable');
  let bytes = 0;
  session.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  const before = await mainThread(session);
  await page.goto(address + path, { waitUntil: 'commit' });
  const wall = Number(
    await page.evaluate(
      `new Promise((resolve) => {
        const look = () => ((${shown}) ? resolve(performance.now()) : requestAnimationFrame(look));
        look();
      })`,
    ),
  );
  return { page, session, wall, busy: (await mainThread(session)) - before, bytes };
}

/** How long the main thread was busy since it is counted, ms of the processor. */
export async function mainThread(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
}
