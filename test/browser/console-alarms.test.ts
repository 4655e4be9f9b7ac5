/** The page of alarms: what is shown of them, and what people do about them, by mouse and by keyboard alone. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN } from '../servers/operator.ts';
import { axeFindings, LOOKS, type Stage, send, setStage, shoot } from './stage.ts';

const MARKUP = '<img src=x onerror="document.title=1"><b>bold</b>';
const SOON = { timeout: 15_000, interval: 100 };

const FLOWS = `
flow: clearing
title: { en: Clearing, zh: 清算 }
group: back-office
steps:
  receive:
    title: { en: Trades received, zh: 成交接收 }
    params: { PIN: { type: number }, NOTE: { type: string } }
    on:
      params: { when: PIN < 0, do: { alarm: negative, severity: critical, text: "PIN is {PIN}: {NOTE}" } }
  compare: { title: { en: Trades compared, zh: 成交核对 } }
connectors:
  - { from: receive, to: compare }
---
flow: backup
group: operations
steps:
  dump:
    on:
      exception: { do: { alarm: dump-failed, severity: warning } }
`;

let stage: Stage;

beforeAll(async () => {
  stage = await setStage(['up', '--no-nats'], FLOWS);
  await send(
    stage.address,
    ...['a', 'b', 'c', 'd'].flatMap((key, index) => [
      event('clearing', key, 'receive', 'activated'),
      event('clearing', key, 'receive', 'params', { params: { PIN: -1 - index, NOTE: MARKUP } }),
    ]),
    event('backup', 'z', 'dump', 'activated'),
    event('backup', 'z', 'dump', 'exception', { message: 'disk full' }),
  );
}, 180_000);
afterAll(() => stage?.close());

let number = 0;

function event(flow: string, key: string, step: string, kind: string, more: object = {}): object {
  number += 1;
  return { id: `e${number}`, flow, key, step, event: kind, time: new Date().toISOString(), ...more };
}

const rows = (page: Page) => page.locator('.alarm-row');
const rowOf = (page: Page, key: string) => rows(page).filter({ hasText: ` · ${key} · ` });
const detail = (page: Page) => page.locator('.alarm-detail');

describe.each(LOOKS)('in $language and $theme', (look) => {
  test('the page of alarms is whole, and keeps nobody out', async () => {
    const page = await stage.open('/alarms', { ...look, person: 'Li Wei' });
    await expect.poll(() => rows(page).count(), SOON).toBeGreaterThan(1);
    await rowOf(page, 'd').getByRole('link').click();
    await detail(page).locator('.alarm-passage').first().waitFor();
    await page.getByRole('button', { name: look.language === 'en' ? 'Silence' : '静默' }).click();
    await page.locator('.act-form').waitFor();
    await shoot(page, `alarms-${look.language}-${look.theme}`);
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.locator('style').count()).toBe(0);
    expect(await detail(page).textContent()).toContain(MARKUP);
    await page.close();
    expect(stage.troubles()).toEqual([]);
  });
});

test('an alarm tells why it was raised: the place of its rule, the values, the event', async () => {
  const page = await stage.open('/alarms');
  await rowOf(page, 'c').getByRole('link').click();
  await expect.poll(() => detail(page).textContent(), SOON).toMatch(/flows-0\.yaml:\d+:\d+/);
  expect(await detail(page).textContent()).toMatch(/PIN < 0.*PIN = -3/);
  const link = new URL(page.url());
  const other = await stage.open(link.pathname + link.search);
  await expect.poll(() => detail(other).textContent(), SOON).toContain('PIN is -3');
  await other.close();
  await page.close();
});

test('filters are in the address, and a link to them shows the same', async () => {
  const page = await stage.open('/alarms');
  await page.getByRole('combobox', { name: 'Severity' }).selectOption('warning');
  await expect.poll(() => rows(page).allTextContents(), SOON).toEqual([expect.stringContaining('dump')]);
  expect(new URL(page.url()).search).toBe('?severity=warning');
  const other = await stage.open('/alarms?group=back-office&severity=warning');
  await other.getByText('No alarm is as the filters say').waitFor();
  await other.getByRole('button', { name: 'Take the filters away' }).click();
  await expect.poll(() => rows(other).count(), SOON).toBeGreaterThan(1);
  await other.close();
  await page.close();
});

test('the keyboard alone: name and token are asked once, then one key acknowledges, another takes it back', async () => {
  const page = await stage.open('/alarms?flow=clearing');
  await rows(page).nth(1).waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('a');
  await page.getByRole('dialog').waitFor();
  await expect.poll(() => page.evaluate("document.activeElement?.getAttribute('name')"), SOON).toBe('name');
  expect(await axeFindings(page)).toEqual([]);
  await shoot(page, 'operator-asked');
  await page.keyboard.type('Li Wei');
  await page.keyboard.press('Tab');
  await page.keyboard.type('not-the-token-of-this-one');
  await page.keyboard.press('Enter');
  await page.getByText('This is not the token of this Milepost.').waitFor();
  await expect.poll(() => page.evaluate("document.activeElement?.getAttribute('name')"), SOON).toBe('token');
  await page.keyboard.type(TOKEN);
  await page.keyboard.press('Enter');
  await page.getByRole('status').getByText('Acknowledge: done').waitFor();
  const second = (await rows(page).nth(1).getByRole('link').textContent()) ?? '';
  await page.keyboard.press('j');
  await expect.poll(() => detail(page).locator('.alarm-text').textContent(), SOON).toBe(second);
  await page.keyboard.press('a');
  await page.getByRole('status').getByText('Acknowledge: done').waitFor();
  await expect.poll(() => rows(page).filter({ hasText: 'by Li Wei' }).count(), SOON).toBe(2);
  await expect
    .poll(() => detail(page).locator('.alarm-history').textContent(), SOON)
    .toContain('acknowledged by Li Wei');
  await page.keyboard.press('u');
  await page.getByRole('status').getByText('Take back: done').waitFor();
  await expect.poll(() => rows(page).filter({ hasText: 'by Li Wei' }).count(), SOON).toBe(1);
  await expect
    .poll(() => detail(page).locator('.alarm-history').textContent(), SOON)
    .toContain('acknowledgement taken back by Li Wei');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement?.tagName')).not.toBe('BODY');
  await page.close();
});

test('a silence takes a reason and an end; what was said about an alarm is in its history; a closed one is gone', async () => {
  const page = await stage.open('/alarms?flow=clearing', { person: 'Zhang San' });
  await rowOf(page, 'a').getByRole('link').click();
  await page.keyboard.press('s');
  const form = page.locator('.act-form');
  expect(await form.getByRole('button', { name: 'Silence' }).isDisabled()).toBe(true);
  await form.getByLabel('For how many minutes').fill('30');
  await form.getByLabel('Reason').fill('the feed is being moved');
  await form.getByRole('button', { name: 'Silence' }).click();
  await page.getByRole('status').getByText('Silence: done').waitFor();
  await page.getByText('1 silence in force').click();
  await page.locator('.silence', { hasText: 'the feed is being moved' }).waitFor();
  await detail(page).getByRole('button', { name: 'Comment' }).click();
  await form.getByLabel('Comment').fill(MARKUP);
  await form.getByRole('button', { name: 'Comment' }).click();
  await expect
    .poll(() => detail(page).locator('.alarm-history').textContent(), SOON)
    .toContain(`commented by Zhang San${MARKUP}`);
  await detail(page).getByRole('button', { name: 'Assign' }).click();
  await form.getByLabel('To whom').fill('Wang Fang');
  await form.getByRole('button', { name: 'Assign' }).click();
  await expect.poll(() => rowOf(page, 'a').textContent(), SOON).toContain('assigned to Wang Fang');
  await detail(page).getByRole('button', { name: 'Not useful' }).click();
  await form.getByRole('button', { name: 'Not useful' }).click();
  await detail(page).getByText('judged not useful by Zhang San').waitFor();
  await expect.poll(() => page.locator('.numbers').textContent(), SOON).toContain('20 %');
  await page.locator('body').press('c');
  await form.getByLabel('Reason').fill('a test');
  await form.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('status').getByText('Close: done').waitFor();
  await expect.poll(() => rowOf(page, 'a').count(), SOON).toBe(0);
  expect(stage.troubles()).toEqual([]);
  await page.close();
}, 90_000);
