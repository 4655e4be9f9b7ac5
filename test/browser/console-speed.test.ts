/**
 * How long pages take, printed beside what they may take. Only what does not depend on the machine's load is asserted:
 * what is transferred, and that a page of a thousand rows draws a few of them.
 */
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Stage, send, setStage } from './stage.ts';

const FLOWS = 1000;
const RANKS = 30;
const ABREAST = 10;

let stage: Stage;

beforeAll(async () => {
  stage = await setStage(['up', '--no-nats'], ...manyFlows(), largeFlow());
  const time = new Date().toISOString();
  const key = time.slice(0, 10);
  const events = Array.from({ length: FLOWS / 2 }, (_, n) => ({
    id: 'e1',
    flow: `flow-${n}`,
    key,
    step: 'receive',
    event: n % 3 === 0 ? 'activated' : 'committed',
    time,
  }));
  for (let at = 0; at < events.length; at += 250) await send(stage.address, ...events.slice(at, at + 250));
  await send(stage.address, { id: 'e1', flow: 'large', key: 'k', step: 's0-0', event: 'activated', time });
}, 180_000);
afterAll(() => stage?.close());

function manyFlows(): readonly string[] {
  const flow = (n: number) => `flow: flow-${n}
title: { en: "Flow ${n} of the day", zh: "流程 ${n}" }
group: group-${n % 20}
start: { by: "23:5${n % 10}" }
steps: { receive: {}, check: {}, book: {}, report: {} }
connectors:
  - { from: receive, to: check }
  - { from: check, to: book }
  - { from: book, to: report }`;
  const files = Map.groupBy(
    Array.from({ length: FLOWS }, (_, n) => n),
    (n) => n % 10,
  );
  return [...files.values()].map((numbers) => numbers.map(flow).join('\n---\n'));
}

/** Three hundred steps: thirty ranks of ten, each leading to two of the next. */
function largeFlow(): string {
  const steps: string[] = [];
  const connectors: string[] = [];
  for (let rank = 0; rank < RANKS; rank += 1)
    for (let place = 0; place < ABREAST; place += 1) {
      steps.push(
        `  s${rank}-${place}: { title: { en: "Step ${rank}.${place}", zh: "步骤 ${rank}.${place}" } }`,
      );
      for (const next of rank + 1 < RANKS ? [place, (place + 1) % ABREAST] : [])
        connectors.push(`  - { from: s${rank}-${place}, to: s${rank + 1}-${next} }`);
    }
  return `flow: large\nsteps:\n${steps.join('\n')}\nconnectors:\n${connectors.join('\n')}`;
}

/** Waits for something to be there, and gives how long after the page was asked for, ms. */
async function timeUntil(page: Page, condition: string): Promise<number> {
  return Number(
    await page.evaluate(
      `new Promise((resolve) => {
        const look = () => ((${condition}) ? resolve(performance.now()) : requestAnimationFrame(look));
        look();
      })`,
    ),
  );
}

function tell(what: string, ms: number, budget: number): void {
  console.log(`${what}: ${Math.round(ms)} ms, may take ${budget} ms`);
}

test('the first page of a thousand flows', async () => {
  const { page, wall, busy } = await loadOf('/', 'document.querySelectorAll(".ledger-row").length > 10');
  const begun = performance.now();
  await page.getByRole('textbox', { name: 'Filter by name' }).fill('Flow 777 of');
  await expect.poll(() => page.locator('.ledger-row').count(), { interval: 20 }).toBe(1);
  tell('home with 1,000 flows until it can be used', wall, 2000);
  tell('… of it the main thread, in time of the processor', busy, 2000);
  tell('a filter over 1,000 flows', performance.now() - begun, 200);
  await page.getByRole('textbox', { name: 'Filter by name' }).fill('');
  await expect.poll(() => page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(FLOWS + 1 + 1));
  expect(await page.locator('.ledger-row').count()).toBeLessThan(100);
  const bytes = Number(
    await page.evaluate(
      'performance.getEntries().filter((e) => e.entryType === "navigation" || /\\.(js|css|svg)$/.test(e.name)).reduce((sum, e) => sum + (e.transferSize ?? 0), 0)',
    ),
  );
  console.log(`first load: ${Math.round(bytes / 1024)} KB compressed, may be 500 KB`);
  expect(bytes).toBeLessThan(500 * 1024);
  await page.close();
});

test('a flow of three hundred steps', { timeout: 60_000 }, async () => {
  const {
    page,
    wall,
    busy: loading,
  } = await loadOf('/flows/large/k', 'document.querySelectorAll(".react-flow__node").length > 5');
  tell('a flow of 300 steps until its graph is painted', wall, 1000);
  tell('… of it the main thread, in time of the processor', loading, 1000);
  const session = await countTime(page);
  await page.waitForTimeout(2500);
  const idle = await busyDuring(session, page, async () => {
    await page.waitForTimeout(2000);
  });
  const node = page.locator('.react-flow__node', { hasText: 'Step 0.0' });
  const busy = await busyDuring(session, page, async () => {
    const time = new Date().toISOString();
    await send(stage.address, { id: 'e2', flow: 'large', key: 'k', step: 's0-0', event: 'committed', time });
    await expect.poll(() => node.textContent(), { timeout: 10_000 }).toContain('Done');
    await page.waitForTimeout(2000);
  });
  tell('an update of a flow of 300 steps, main thread beyond what the page does anyway', busy - idle, 50);
  expect(await node.textContent()).toContain('Done');
  await page.close();
});

/** How long the main thread was busy meanwhile, ms of the processor: however busy the machine is with other things. */
async function busyDuring(session: CDPSession, page: Page, act: () => Promise<void>): Promise<number> {
  const before = await taskTime(session);
  await act();
  await page.evaluate('new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)))');
  return (await taskTime(session)) - before;
}

/** Begins to count the time of the main thread, in time of the processor. */
async function countTime(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  return session;
}

/** Since counting began, ms. */
async function taskTime(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
}

/** Opens a page as somebody does who was never there, with an empty cache; gives the time until `shown`, and of it the main thread's. */
async function loadOf(path: string, shown: string): Promise<{ page: Page; wall: number; busy: number }> {
  const first = await stage.open('/no/such/page');
  const context = await first.context().browser()?.newContext();
  const page = await context?.newPage();
  await first.close();
  if (page === undefined) throw new Error('the browser of this test has gone');
  const session = await countTime(page);
  const before = await taskTime(session);
  await page.goto(stage.address + path);
  const wall = await timeUntil(page, shown);
  return { page, wall, busy: (await taskTime(session)) - before };
}
