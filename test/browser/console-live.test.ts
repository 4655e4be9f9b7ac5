/** The console while something happens: live, silent, and by the keyboard alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings, type Stage, send, setStage } from './stage.ts';

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
    timers: { stalled: { after: activated, in: 30m } }
    on:
      params: { when: PIN < 0, do: { alarm: negative, severity: critical, text: "PIN is {PIN}: {NOTE}" } }
  compare: { title: { en: Trades compared, zh: 成交核对 } }
  repair: { title: { en: Repair, zh: 修复 } }
connectors:
  - { from: receive, to: compare, when: PIN >= 0 }
  - { from: receive, to: repair, when: PIN < 0 }
---
flow: backup
group: operations
steps: { dump: {} }
`;

let stage: Stage;
let number = 0;

beforeAll(async () => {
  stage = await setStage(['up', '--no-nats'], FLOWS);
}, 180_000);
afterAll(() => stage?.close());

/** An event of the flow clearing, now. */
function event(key: string, step: string, kind: string, more: object = {}): object {
  number += 1;
  return {
    id: `e${number}`,
    flow: 'clearing',
    key,
    step,
    event: kind,
    time: new Date().toISOString(),
    ...more,
  };
}

describe('what happens', () => {
  test('is shown without anyone asking: the row, its sentence, the graph', async () => {
    const page = await stage.open('/');
    await page.locator('.live-live').waitFor();
    await send(stage.address, event('a', 'receive', 'committed', { params: { PIN: 1 } }));
    const row = page.locator('.ledger-row', { hasText: 'Clearing' });
    await expect.poll(() => row.textContent(), SOON).toMatch(/waiting for «Trades compared» for \d+ s/);
    await row.getByRole('link').click();
    const step = page.locator('.react-flow__node', { hasText: 'Trades compared' });
    await expect.poll(() => step.textContent(), SOON).toContain('Expected now');
    await send(stage.address, event('a', 'compare', 'committed'));
    await expect.poll(() => step.textContent(), SOON).toContain('Done');
    await page.close();
  });

  test('is shown as text, whatever markup it holds', async () => {
    await send(
      stage.address,
      event('b', 'receive', 'activated'),
      event('b', 'receive', 'params', { params: { PIN: -1, NOTE: MARKUP }, message: MARKUP }),
    );
    const page = await stage.open('/');
    const row = page.locator('.ledger-row', { hasText: 'PIN is -1' });
    await expect.poll(() => row.textContent(), SOON).toContain(`PIN is -1: ${MARKUP}`);
    await page.goto(`${stage.address}/flows/clearing/b?step=receive&list=events`);
    await expect.poll(() => page.locator('.facts-list').first().textContent(), SOON).toContain(MARKUP);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.title()).not.toBe('1');
    expect(stage.troubles()).toEqual([]);
    await page.close();
  });

  test('is found by Ctrl-K: flows, steps, instances and alarms', async () => {
    await send(
      stage.address,
      event('found', 'receive', 'activated'),
      event('found', 'receive', 'params', { params: { PIN: -2, NOTE: 'far below' } }),
    );
    const page = await stage.open('/');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox').fill('far below');
    await expect
      .poll(() => page.getByRole('option').allTextContents(), SOON)
      .toEqual([expect.stringMatching(/^Alarm.*negative/)]);
    await page.getByRole('combobox').fill('compared');
    await expect
      .poll(() => page.getByRole('option').allTextContents(), SOON)
      .toEqual([expect.stringMatching(/^Step.*Trades compared/)]);
    expect(await axeFindings(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.url()).toContain('/flows/clearing?step=compare');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.locator('.settings').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.close();
  });
});

test('ten tabs of one browser are all live, since they share one stream', async () => {
  const pages = await Promise.all(Array.from({ length: 10 }, () => stage.open('/')));
  for (const page of pages) await page.locator('.live-live').waitFor();
  await send(stage.address, event('tabs', 'receive', 'activated'));
  for (const page of pages)
    await expect.poll(() => page.locator('.ledger-flow', { hasText: 'tabs' }).count(), SOON).toBe(1);
  for (const page of pages) await page.close();
});

test('the keyboard alone leads from the first page to a step and through its replay', async () => {
  await send(stage.address, event('c', 'receive', 'committed', { params: { PIN: 2 } }));
  const page = await stage.open('/?q=clearing');
  const focused = () => page.evaluate('document.activeElement?.textContent ?? ""');
  await page.locator('.ledger-row').first().waitFor();
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  const tabUntil = async (wanted: () => Promise<boolean>) => {
    for (let presses = 0; presses < 60; presses += 1) {
      if (await wanted()) return;
      await page.keyboard.press('Tab');
    }
    throw new Error('sixty presses of Tab do not lead there');
  };
  await tabUntil(async () => (await focused()) === 'Clearing');
  await page.keyboard.press('Enter');
  await page.locator('.react-flow__node').first().waitFor();
  const onNode = 'document.activeElement?.classList.contains("react-flow__node") === true';
  await tabUntil(async () => (await page.evaluate(onNode)) === true);
  await page.keyboard.press('Enter');
  await expect.poll(() => page.url()).toContain('step=receive');
  await tabUntil(
    async () => (await page.evaluate('document.activeElement?.getAttribute("role")')) === 'slider',
  );
  await page.keyboard.press('Home');
  await expect.poll(() => page.url()).toContain('at=0');
  await page.close();
});

test('when nothing is heard any more a banner says so within five seconds, and no colour is left; then it goes on', async () => {
  const page = await stage.open('/');
  await page.locator('.live-live').waitFor();
  const green = () =>
    page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--done').trim()");
  const before = await green();
  stage.milepost.signal('SIGSTOP');
  const begun = performance.now();
  try {
    await page.locator('.banner').waitFor({ timeout: 10_000 });
    console.log(`the banner came after ${((performance.now() - begun) / 1000).toFixed(1)} s of silence`);
    expect(await page.locator('.banner').textContent()).toMatch(
      /^No connection to Milepost since \d\d:\d\d:\d\d/,
    );
    expect(await green()).not.toBe(before);
  } finally {
    stage.milepost.signal('SIGCONT');
  }
  await page.locator('.banner').waitFor({ state: 'detached', timeout: 15_000 });
  await send(stage.address, event('back-again', 'receive', 'activated'));
  await expect.poll(() => page.locator('.ledger-flow', { hasText: 'back-again' }).count(), SOON).toBe(1);
  expect(await green()).toBe(before);
  await page.close();
});
