/** Every page of the console over the demo, in both languages and both themes: no error, nothing from outside, no barrier. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRound } from '../../adapters/demo/round.ts';
import { EVERY_PAGE } from './every-page.ts';
import { axeFindings, LOOKS, type Stage, setStage, shoot } from './stage.ts';
import { cutTexts, pixelsTooWide } from './whole-page.ts';

const SECONDS = 24;
/** a laptop, a desk, a wall */
const WIDTHS = [1280, 1920, 3840];
const SOON = { timeout: 5000, interval: 100 };

let stage: Stage;
let day: string;
let before: string;
/** open since before the day began */
let early: Page;

beforeAll(async () => {
  stage = await setStage(['demo', '--minutes', String(SECONDS / 60)]);
  early = await stage.open('/');
  const round = await readRound(stage.folder);
  if (round === null) throw new Error('the demo keeps its round');
  day = round.tradingDay;
  before = round.date;
  // the incidents of its day have happened, and everything has ended
  await delay(Math.max(0, round.start + SECONDS * 1000 + 2000 - Date.now()));
}, 180_000);
afterAll(() => stage?.close());

test('a page that was open when the day began has gone on to it, and knows what is usual', async () => {
  expect(await early.locator('.day-bar').textContent()).toContain(day);
  const story = early.locator('.ledger-row', { hasText: 'End-of-day settlement' }).locator('.ledger-story');
  expect(await story.textContent()).toContain('usually');
  await early.close();
});

describe.each(LOOKS)('in $language and $theme', (look) => {
  test.each(EVERY_PAGE)(
    'the page $name is whole on screens of any width, and keeps nobody out',
    async (one) => {
      const known = stage.troubles().length;
      const page = await stage.open(one.address.replace('DAY', day).replace('BEFORE', before), {
        ...look,
        person: 'Li Wei',
      });
      await page.locator(one.shows).first().waitFor();
      if (!one.address.includes('screen=big')) await page.locator('.live-live').waitFor();
      await one.act?.(page);
      expect(await axeFindings(page)).toEqual([]);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: Math.round((width * 9) / 16) });
        await expect.poll(() => cutTexts(page), SOON).toEqual([]);
        await expect.poll(() => pixelsTooWide(page), SOON).toBe(0);
        await shoot(page, `${one.name}-${width}-${look.language}-${look.theme}`);
      }
      expect(await page.locator('style').count()).toBe(0);
      expect(await page.title()).toContain('Milepost');
      expect(await page.locator('html').getAttribute('lang')).toBe(look.language === 'zh' ? 'zh-CN' : 'en');
      await page.close();
      // what is not there is asked for all the same
      const isTrouble = (each: string) => one.missing !== true || !each.includes('status of 404');
      expect(stage.troubles().slice(known).filter(isTrouble)).toEqual([]);
    },
  );
});

test('the incidents of the day are told on its first page, and each row leads to its instance', async () => {
  const page = await stage.open('/');
  const row = (flow: string) =>
    page.locator('.ledger-row').filter({ has: page.getByRole('link', { name: flow, exact: true }) });
  await expect.poll(() => row('Bank-futures transfer').textContent()).toContain('Late');
  expect(await row('Night session').textContent()).toContain('left its definition');
  await expect.poll(() => row('End-of-day settlement').textContent()).toContain('out of order');
  await row('End-of-day settlement').getByRole('link').click({ timeout: 5000 });
  await page.locator('.react-flow__node').first().waitFor();
  expect(page.url()).toContain(`/flows/settlement/clearing-${day}`);
  await page.close();
});

test('the language is switched while it runs, and stays so', async () => {
  const page = await stage.open('/');
  await page.getByRole('button', { name: '中文' }).click();
  const heads = () => page.getByRole('columnheader').allTextContents();
  await expect.poll(heads).toContain('当前情况');
  expect(await page.locator('.ledger-flow').allTextContents()).toContainEqual(
    expect.stringContaining('日终结算'),
  );
  await page.reload();
  await expect.poll(heads).toContain('当前情况');
  await page.getByRole('button', { name: 'English' }).click();
  await expect.poll(heads).toContain('What is happening');
  await page.close();
});

test('filters and selections are in the address, and a link to them shows the same', async () => {
  const page = await stage.open('/');
  await page.locator('.group-chip', { hasText: 'trading' }).click();
  await page.getByRole('textbox', { name: 'Filter by name' }).fill('night');
  await expect.poll(() => page.url()).toMatch(/group=trading.*q=night/);
  await expect.poll(() => page.locator('.ledger-row').count()).toBe(1);
  const other = await stage.open(new URL(page.url()).pathname + new URL(page.url()).search);
  await expect.poll(() => other.locator('.ledger-row').count()).toBe(1);
  await other.close();
  await page.goto(`${stage.address}/flows/settlement/clearing-${day}`);
  await page.locator('.react-flow__node', { hasText: 'Import' }).click();
  await expect.poll(() => page.url()).toContain('step=import');
  await page.reload();
  await page.locator('.facts-title', { hasText: 'Import' }).waitFor();
  await page.close();
});

test('a step that is gone to by the keyboard is seen to be, and is chosen by Enter', async () => {
  const page = await stage.open(`/flows/settlement/clearing-${day}`);
  const node = page.locator('.react-flow__node', { hasText: 'Import' });
  await node.waitFor();
  await page.locator('.instance-chooser input').focus();
  const there = () => page.evaluate('document.activeElement.textContent');
  for (let presses = 0; presses < 20 && !String(await there()).startsWith('Import'); presses += 1)
    await page.keyboard.press('Tab');
  expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.url()).toContain('step=import');
  await page.close();
});

test('a connector tells the values that its expression had', async () => {
  const page = await stage.open(`/flows/settlement/clearing-${day}?step=import`);
  const refused = page.locator('.facts-table tr', { hasText: 'Repair of records' });
  await expect
    .poll(() => refused.textContent(), { timeout: 10_000 })
    .toMatch(/refused.*REJECTED > 0.*REJECTED = 0/);
  await page.close();
});

test('a replay goes back before anything happened, and what is nested goes back with it', async () => {
  const page = await stage.open(`/flows/settlement/clearing-${day}?at=0&open=margin`);
  await page.getByText('before anything happened').waitFor();
  const words = page.locator('.step-words small');
  await expect.poll(async () => new Set(await words.allTextContents())).toEqual(new Set(['Not reached']));
  await page.getByRole('button', { name: 'Back to now' }).click();
  await expect.poll(async () => new Set(await words.allTextContents())).toContain('Done');
  expect(page.url()).not.toContain('at=');
  await page.close();
});

test('a user’s own colour is used at once, and given back', async () => {
  const page = await stage.open('/');
  await page.getByRole('button', { name: 'Settings' }).click();
  const fill = () =>
    page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--done').trim()");
  const before = await fill();
  await page.locator('.settings-colours label', { hasText: 'Done' }).locator('input').fill('#123456');
  expect(await fill()).toBe('#123456');
  await page.getByRole('button', { name: 'Back to the palette' }).click();
  expect(await fill()).toBe(before);
  await page.close();
});
