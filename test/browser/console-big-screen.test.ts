/** What is read from afar: pages in turn, how old the data is, and a server that goes away and comes back. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings, LOOKS, type Stage, send, setStage, shoot } from './stage.ts';

const SOON = { timeout: 30_000, interval: 100 };

const FLOWS = `
flow: clearing
title: { en: Clearing, zh: 清算 }
group: back-office
steps:
  receive: { title: { en: Trades received, zh: 成交接收 } }
  compare: { title: { en: Trades compared, zh: 成交核对 } }
connectors: { from: receive, to: compare }
---
flow: backup
group: operations
steps: { dump: {} }
`;

let stage: Stage;
let number = 0;

beforeAll(async () => {
  stage = await setStage(['up', '--no-nats'], FLOWS);
  const dump = { flow: 'backup', key: 'z' };
  await send(stage.address, event('receive', 'activated'), event('dump', 'activated', dump));
}, 180_000);
afterAll(() => stage?.close());

function event(step: string, kind: string, more: object = {}): object {
  number += 1;
  const time = new Date().toISOString();
  return { id: `e${number}`, flow: 'clearing', key: 'a', step, event: kind, time, ...more };
}

const step = (page: Page, name: string) => page.locator('.react-flow__node', { hasText: name });
const bar = (page: Page) => page.locator('.big-screen-bar');

describe.each(LOOKS)('in $language and $theme', (look) => {
  test('a flow fills the screen, with nothing beside it, and keeps nobody out', async () => {
    const page = await stage.open('/flows/clearing?screen=big', { ...look, width: 1600, height: 900 });
    await page.locator('.react-flow__node').first().waitFor();
    expect(await page.locator('.flow-side, .replay-bar, .navigation').filter({ visible: true }).count()).toBe(
      0,
    );
    const canvas = await page.locator('.flow-canvas').boundingBox();
    expect(canvas?.width).toBeGreaterThan(1500);
    expect(await axeFindings(page)).toEqual([]);
    await shoot(page, `big-flow-${look.language}-${look.theme}`);
    await page.close();
    expect(stage.troubles()).toEqual([]);
  });
});

test('pages take turns as the address says, and the address is made by choosing them', async () => {
  const page = await stage.open('/flows/clearing');
  await page.getByRole('link', { name: 'Big screen' }).click();
  await bar(page).getByRole('button', { name: 'Pages in turn' }).click();
  const panel = page.locator('.rotation');
  await panel.getByLabel('Seconds for each page').fill('5');
  await panel.getByLabel('Clearing', { exact: true }).check();
  await panel.getByLabel('Day: operations').check();
  await bar(page).getByRole('button', { name: '2 pages, 5 s each' }).waitFor();
  await shoot(page, 'big-rotation');
  expect(await axeFindings(page)).toEqual([]);
  const link = new URL(page.url());
  expect(link.searchParams.getAll('show')).toEqual(['/flows/clearing', '/?group=operations']);
  await page.keyboard.press('Escape');
  await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/');
  await page.locator('.ledger-row', { hasText: 'backup' }).waitFor();
  expect(await page.locator('.ledger-row', { hasText: 'Clearing' }).count()).toBe(0);
  await expect.poll(() => new URL(page.url()).pathname, SOON).toBe('/flows/clearing');
  await bar(page).getByRole('link', { name: 'Leave the big screen' }).click();
  await expect.poll(() => page.url(), SOON).toBe(`${stage.address}/flows/clearing`);
  await page.close();
}, 90_000);

test('it lives through a new start of the server: grey meanwhile, then live again, with what has happened', async () => {
  const page = await stage.open('/flows/clearing?screen=big');
  await step(page, 'Trades received').waitFor();
  await expect.poll(() => bar(page).textContent(), SOON).toMatch(/heard from the server [0-3] s ago/);
  const green = () =>
    page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--done').trim()");
  const before = await green();
  await stage.restart(async () => {
    await page.locator('.banner').waitFor();
    await expect.poll(green, SOON).not.toBe(before);
    await expect
      .poll(() => bar(page).textContent(), SOON)
      .toMatch(/heard from the server ([5-9]|\d\d) s ago/);
    await shoot(page, 'big-grey');
  });
  await send(stage.address, event('receive', 'committed'));
  await page.locator('.banner').waitFor({ state: 'detached', timeout: 60_000 });
  await expect.poll(() => step(page, 'Trades received').textContent(), SOON).toContain('Done');
  await expect.poll(green, SOON).toBe(before);
  await expect.poll(() => bar(page).textContent(), SOON).toMatch(/heard from the server [0-3] s ago/);
  await page.close();
}, 180_000);
