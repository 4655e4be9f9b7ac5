/** Business views: the drawing as red as the day, the way to what is wrong, and the events of what is shown. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRound } from '../../adapters/demo/round.ts';
import { axeFindings, LOOKS, type Look, type Stage, send, setStage, shoot } from './stage.ts';

const SECONDS = 12;
const SOON = { timeout: 15_000, interval: 100 };

let stage: Stage;
let day: string;

beforeAll(async () => {
  stage = await setStage(['demo', '--minutes', String(SECONDS / 60)]);
  const round = await readRound(stage.folder);
  if (round === null) throw new Error('the demo keeps its round');
  day = round.tradingDay;
  // the day of the demo is over: what went wrong in it has gone wrong
  while ((await backupStatus()) !== 'committed') await delay(500);
}, 180_000);
afterAll(() => stage?.close());

/** How the last flow of the day stands. */
async function backupStatus(): Promise<string | null> {
  const response = await fetch(`${stage.address}/api/v1/instances/backup/clearing-${day}`);
  const { status = null } = (await response.json()) as { status?: string | number | null };
  return typeof status === 'string' ? status : null;
}

async function open(view: string, look: Look = {}): Promise<Page> {
  const page = await stage.open(`/views/${view}?day=${day}`, look);
  await page.locator('.view-node').first().waitFor();
  await page.locator('.view-events-table tbody tr').first().waitFor();
  return page;
}

describe.each(LOOKS)('in $language and $theme', (look) => {
  test.each(['trading-day-overview', 'evening-clearing', 'funds'])(
    'the view %s is whole, and keeps nobody out',
    async (view) => {
      const page = await open(view, { ...look, width: 1440, height: 900 });
      await shoot(page, `view-${view}-${look.language}-${look.theme}`);
      expect(await axeFindings(page)).toEqual([]);
      expect(await page.locator('style').count()).toBe(0);
      await page.close();
      expect(stage.troubles()).toEqual([]);
    },
  );

  test('the list of views is whole, and keeps nobody out', async () => {
    const page = await stage.open(`/views?day=${day}`, look);
    await page.locator('.view-card').nth(2).waitFor();
    await shoot(page, `views-${look.language}-${look.theme}`);
    expect(await axeFindings(page)).toEqual([]);
    await page.close();
    expect(stage.troubles()).toEqual([]);
  });
});

/** The node of a title. */
const node = (page: Page, title: string) => page.locator('.view-node', { hasText: title }).first();

describe('what is drawn leads on', () => {
  test('a view in a view is opened by a click, and says what it is part of', async () => {
    const page = await open('trading-day-overview');
    await node(page, 'Evening clearing').getByRole('link').click();
    await page.getByRole('heading', { name: 'Evening clearing' }).waitFor();
    expect(page.url()).toContain('/views/evening-clearing');
    await node(page, 'Customer statements').waitFor();
    await page.locator('main').getByRole('link', { name: 'The whole trading day' }).click();
    await page.getByRole('heading', { name: 'The whole trading day' }).waitFor();
    await page.close();
  });

  test('a node leads to its step with what is wrong, and there the views that show the step are named', async () => {
    const page = await open('evening-clearing');
    const statements = node(page, 'Customer statements');
    expect(await statements.textContent()).toContain('out of order');
    await statements.getByRole('link').click();
    await page.locator('.step-chosen', { hasText: 'Customer statements' }).waitFor();
    expect(page.url()).toMatch(/\/flows\/settlement\/clearing-.*[?&]step=statements/);
    const related = page.getByRole('region', { name: 'Shown in' });
    await related.getByText('this step').waitFor();
    await shoot(page, 'view-related');
    await related.getByRole('link', { name: 'Evening clearing' }).click();
    await page.getByRole('heading', { name: 'Evening clearing' }).waitFor();
    await page.close();
  });

  test('a type of checkpoint leads to all its steps, the worst first, and each of them to its instance', async () => {
    const page = await open('trading-day-overview');
    await node(page, 'Systems and lines').getByRole('link').click();
    const facts = page.getByRole('region', { name: 'Systems and lines' });
    await facts.getByRole('link', { name: 'Day session · Seats signed in' }).waitFor();
    expect(page.url()).toContain('node=lines');
    await facts.getByRole('link', { name: 'Pre-open checks · Trading front' }).click();
    await page.locator('.step-chosen', { hasText: 'Trading front' }).waitFor();
    await page.close();
  });

  test('a group leads to its flows of the day', async () => {
    const page = await open('trading-day-overview');
    await node(page, 'Operations').getByRole('link').click();
    await page.locator('.ledger-row', { hasText: 'Backup' }).waitFor();
    expect(page.url()).toContain('group=operations');
    await page.close();
  });
});

describe('by the keyboard alone', () => {
  test('a node is chosen: its events stand below, and a link to that can be sent', async () => {
    const page = await open('evening-clearing');
    const events = page.locator('.view-events-table tbody tr');
    const all = await events.count();
    const choose = page.getByRole('button', { name: 'Details of Margin' });
    await choose.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('node=margin');
    await expect.poll(() => events.count(), SOON).toBeLessThan(all);
    const flows = await page.locator('.view-events-table tbody td:nth-child(2)').allTextContents();
    expect(new Set(flows)).toEqual(new Set(['Margin']));
    const link = page.url();
    const other = await stage.open(link.slice(stage.address.length));
    await other.getByRole('region', { name: 'Margin' }).waitFor();
    expect(await other.locator('.step-chosen').textContent()).toContain('Margin');
    await other.close();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).not.toContain('node=');
    await page.close();
  });

  test('a node is gone to, and a view is found by Ctrl K', async () => {
    const page = await open('evening-clearing');
    await node(page, 'Backup').getByRole('link').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Backup' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search' }).waitFor();
    await page.keyboard.type('money');
    await shoot(page, 'view-search');
    await page.locator('.search-hit', { hasText: "Customers' money" }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: "Customers' money" }).waitFor();
    expect(page.url()).toContain('/views/funds');
    await page.close();
  });

  test('the tree has the views below those that show them, with their status', async () => {
    const page = await stage.open('/');
    const tree = page.getByRole('navigation', { name: 'Views, groups and flows' });
    await tree.getByRole('link', { name: 'Evening clearing' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Evening clearing' }).waitFor();
    await tree.locator('a[aria-current="page"]', { hasText: 'Evening clearing' }).waitFor();
    await page.getByRole('link', { name: 'Views', exact: true }).click();
    await page.locator('.view-card').first().waitFor();
    expect(await page.locator('.view-card').count()).toBe(3);
    await page.close();
  });
});

describe('a view that is looked at', () => {
  let live: Stage;
  beforeAll(async () => {
    live = await setStage(
      ['up', '--no-nats'],
      `view: town
nodes:
  bank: { label: The bank }
  pay: { flow: payment }
  sign: { flow: payment, step: sign, x: 400, y: 0 }
links: { from: bank, to: pay, label: "<b>orders</b>" }
notes: { text: Standby, x: 0, y: 0 }
---
flow: payment
title: Payment
steps: { sign: { title: Sign }, send: { title: Send } }
connectors: { from: sign, to: send }
`,
    );
  }, 180_000);
  afterAll(() => live?.close());

  test('shows what happens without anyone asking, and its events', async () => {
    const page = await live.open('/views/town');
    await page.locator('.live-live').waitFor();
    const [pay, sign] = [node(page, 'Payment'), node(page, 'Sign')];
    await expect.poll(() => sign.textContent(), SOON).toContain('Not reached');
    const now = () => new Date().toISOString();
    const about = { flow: 'payment', key: 'p1', step: 'sign' };
    await send(live.address, { id: '1', ...about, event: 'activated', time: now() });
    await expect.poll(() => sign.textContent(), SOON).toMatch(/running for \d+ s/);
    await send(live.address, { id: '2', ...about, event: 'exception', time: now(), message: '<img src=x>' });
    await expect.poll(() => sign.textContent(), SOON).toContain('exception: <img src=x>');
    await expect.poll(() => pay.textContent(), SOON).toContain('Critical');
    await expect.poll(() => page.locator('.view-events-table tbody tr').count(), SOON).toBe(2);
    expect(await page.locator('main img').count()).toBe(0);
    await page.locator('.view-link-label', { hasText: '<b>orders</b>' }).waitFor();
    await page.locator('.view-note', { hasText: 'Standby' }).waitFor();
    await sign.getByRole('link').click();
    await page.locator('.step-chosen', { hasText: 'Sign' }).waitFor();
    await page.close();
    expect(live.troubles()).toEqual([]);
  });

  test('and is not there says so, with the name that was probably meant', async () => {
    const page = await live.open('/views/twon');
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('alert').textContent()).toContain('did you mean town?');
    await page.close();
  });
});
