/** Alarms that one cause has led to: one line that says how many, opened in place, a page at a time. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { axeFindings, type Stage, send, setStage, shoot } from './stage.ts';

const ORDERS = 230;
const PAGE = 100;
const SOON = { timeout: 30_000, interval: 200 };

/** Nobody is called: the channel only records. What is late while its feed is silent is a consequence of that. */
const FLOWS = `
flow: feed
title: { en: Market feed, zh: 行情源 }
steps: { beat: {} }
---
flow: order
source: feed
steps: { route: { timers: { late: { after: activated, in: 5s } } }, confirm: {} }
connectors: { from: route, to: confirm }
---
channel: desk
type: webhook
dry-run: true
settings: { url: "http://127.0.0.1:9/" }
---
policy: operations
wait: 1s
routes: { levels: [{ over: desk }] }
`;

let stage: Stage;

beforeAll(async () => {
  stage = await setStage(['up', '--no-nats'], FLOWS);
  const event = (flow: string, key: string, step: string, kind: string) => ({
    ...{ id: `${key}-${kind}`, flow, key, step, event: kind, time: new Date().toISOString() },
  });
  await send(stage.address, event('feed', 'main', 'beat', 'exception'));
  for (let from = 0; from < ORDERS; from += PAGE) {
    const keys = Array.from({ length: Math.min(PAGE, ORDERS - from) }, (_, n) => `o${from + n}`);
    await send(stage.address, ...keys.map((key) => event('order', key, 'route', 'activated')));
  }
}, 180_000);
afterAll(() => stage?.close());

const rows = (page: Page) => page.locator('.alarm-row');
const fold = (page: Page) => page.locator('.alarm-fold');
const below = (page: Page) => page.locator('.alarm-consequence');

test('hundreds of consequences are one line that opens in place, a page at a time, by the keyboard alone', async () => {
  const page = await stage.open('/alarms');
  await expect.poll(() => fold(page).allTextContents(), SOON).toEqual(['▸ 230 consequences']);
  expect(await rows(page).count()).toBe(1);
  await page.keyboard.press('j');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect.poll(() => below(page).count(), SOON).toBe(PAGE);
  expect(await fold(page).getAttribute('aria-expanded')).toBe('true');
  expect(await axeFindings(page)).toEqual([]);
  await shoot(page, 'alarms-unfolded');
  const newest = await below(page).first().textContent();
  const older = page.getByRole('button', { name: 'Older consequences' });
  await older.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => below(page).first().textContent(), SOON).not.toBe(newest);
  await older.focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => below(page).count(), SOON).toBe(ORDERS - 2 * PAGE);
  expect(await older.count()).toBe(0);
  await page.getByRole('button', { name: 'Back to the newest consequences' }).click();
  await expect.poll(() => below(page).count(), SOON).toBe(PAGE);
  // what is chosen stays in sight when its cause is folded
  await page.locator('body').press('j');
  await page.locator('body').press('j');
  await page.locator('.alarm-consequence .alarm-row.here').waitFor();
  await fold(page).click();
  await expect.poll(() => below(page).count()).toBe(0);
  await page.locator('.alarm-entry > .alarm-row.here').waitFor();
  await page.close();
  expect(stage.troubles()).toEqual([]);
}, 90_000);

test('a link to a consequence shows it below its cause, and a filter that leaves the cause out lists it by itself', async () => {
  const answer = await fetch(`${stage.address}/api/v1/alarms?flow=order&key=o${ORDERS - 1}`);
  const { items } = (await answer.json()) as { readonly items: readonly [{ readonly id: string }] };
  const page = await stage.open(`/alarms/${encodeURIComponent(items[0].id)}`);
  await page.locator('.alarm-consequence .alarm-row.here').waitFor({ timeout: 30_000 });
  await page.goto(`${stage.address}/alarms?flow=order`);
  await expect.poll(() => rows(page).count(), SOON).toBe(200);
  expect(await fold(page).count()).toBe(0);
  await page.close();
}, 90_000);
