/**
 * What makes large pages quick and does not depend on the machine's load: what is transferred, and that few of many rows are
 * drawn. How long they take is measured by `npm run bench -- console`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FLOWS, LARGE, stageBigDay } from './big-day.ts';
import { coldLoad } from './page-time.ts';
import { type Stage, send } from './stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await stageBigDay();
}, 180_000);
afterAll(() => stage?.close());

test('the first page of a thousand flows transfers little, draws few rows and finds one', async () => {
  const { page, bytes } = await coldLoad(stage, '/', 'document.querySelectorAll(".ledger-row").length > 10');
  expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe(String(FLOWS + 1 + 1));
  expect(await page.locator('.ledger-row').count()).toBeLessThan(100);
  expect(bytes).toBeLessThan(500 * 1024);
  await page.getByRole('textbox', { name: 'Filter by name' }).fill('Flow 777 of');
  await expect.poll(() => page.locator('.ledger-row').count(), { interval: 20 }).toBe(1);
  await page.close();
});

test('a page asks for nothing early that it does not use', async () => {
  for (const path of ['/', `/flows/${LARGE.flow}/${LARGE.key}`, `/flows/${LARGE.flow}`, '/alarms']) {
    const { page } = await coldLoad(stage, path, 'document.querySelector("main h1") !== null');
    await expect
      .poll(() => page.evaluate('[...window.milepostEarly.keys()]'), { timeout: 10_000 })
      .toEqual([]);
    await page.close();
  }
});

test('a flow of three hundred steps draws those in sight, and what changes', {
  timeout: 60_000,
}, async () => {
  const path = `/flows/${LARGE.flow}/${LARGE.key}`;
  const { page } = await coldLoad(stage, path, 'document.querySelectorAll(".react-flow__node").length > 5');
  const node = page.locator('.react-flow__node', { hasText: 'Step 0.0' });
  const time = new Date().toISOString();
  await send(stage.address, { id: 'e2', ...LARGE, step: 's0-0', event: 'committed', time });
  await expect.poll(() => node.textContent(), { timeout: 10_000 }).toContain('Done');
  expect(await page.locator('.react-flow__node').count()).toBeLessThan(150);
  await page.close();
});
