/** Who acts, what is kept of it, who was told of an alarm, a day with thousands of them, and the keys. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOKEN } from '../servers/operator.ts';
import { axeFindings, LOOKS, type Stage, send, setStage, shoot } from './stage.ts';

const SOON = { timeout: 30_000, interval: 100 };
const MANY = 10_000;

const FLOWS = `
flow: clearing
group: back-office
steps:
  receive: { on: { exception: { do: { alarm: refused, severity: critical, text: "{event.message}" } } } }
---
flow: orders
group: many
steps:
  fill: { on: { exception: { do: { alarm: unfilled, severity: warning, text: "not filled" } } } }
---
channel: desk
type: log
---
channel: pager
type: webhook
settings: { url: "http://127.0.0.1:9/nobody-listens" }
---
policy: operations
wait: 0s
routes:
  - match: { flow: clearing }
    levels: { over: [desk, pager] }
`;

let stage: Stage;

beforeAll(async () => {
  stage = await setStage(['up', '--no-nats'], FLOWS);
  await send(stage.address, event('clearing', 'a', 'receive', 'exception', { message: 'no answer' }));
}, 180_000);
afterAll(() => stage?.close());

let number = 0;

function event(flow: string, key: string, step: string, kind: string, more: object = {}): object {
  number += 1;
  return { id: `e${number}`, flow, key, step, event: kind, time: new Date().toISOString(), ...more };
}

const rows = (page: Page) => page.locator('.alarm-row');

test('the link that is printed at the start logs a browser in, and leaves no token in its address', async () => {
  const page = await stage.open(`/alarms?flow=clearing#token=${TOKEN}`);
  await page.getByRole('button', { name: 'Operator', exact: true }).waitFor();
  expect(page.url()).toBe(`${stage.address}/alarms?flow=clearing`);
  await rows(page).first().getByRole('link').click();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await page.getByLabel('Your name').fill('李娜');
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('status').getByText('Acknowledge: done').waitFor();
  await page.getByRole('button', { name: '李娜' }).click();
  await page.getByRole('button', { name: 'Only look from now on' }).click();
  await page.getByRole('button', { name: 'Only looking' }).waitFor();
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.reload();
  await page.getByRole('button', { name: 'Only looking' }).waitFor();
  await page.close();
  expect(stage.troubles()).toEqual([]);
});

test('a browser that has no token asks for it where a rejected message is sent again', async () => {
  await fetch(`${stage.address}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"flow":"nowhere"}',
  });
  const page = await stage.open('/rejected', { width: 1100 });
  await page.locator('.rejected-link').first().click();
  await page.getByRole('button', { name: 'Send again as it is' }).click();
  await page.getByRole('dialog').getByLabel('Token of operators').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Could not be done: nobody has said who acts').waitFor();
  const { items } = (await (await fetch(`${stage.address}/api/v1/rejected`)).json()) as {
    items: readonly object[];
  };
  expect(items).toMatchObject([{ resentAt: null }]);
  await page.close();
});

test('an alarm shows over what, to whom and when notices went, and what came of it', async () => {
  const page = await stage.open('/alarms?flow=clearing', { person: 'Li Wei' });
  await rows(page).first().getByRole('link').click();
  const notices = page.locator('.alarm-notices');
  await notices.locator('.notice-sent').first().waitFor();
  await expect.poll(() => notices.textContent(), SOON).toMatch(/sent · raised · desk/);
  await expect.poll(() => notices.textContent(), SOON).toMatch(/to be sent · raised · pager .*next attempt/);
  expect(await axeFindings(page)).toEqual([]);
  await shoot(page, 'alarm-notices');
  await page.close();
});

describe.each(LOOKS)('in $language and $theme', (look) => {
  test('the page of who did what is whole, and keeps nobody out', async () => {
    const page = await stage.open('/audit', look);
    const table = page.locator('.audit-table');
    await expect.poll(() => table.locator('tbody tr').count(), SOON).toBe(1);
    expect(await table.textContent()).toMatch(/李娜.*(acknowledged|确认告警).*clearing\/a.*127\.0\.0\.1/);
    expect(await axeFindings(page)).toEqual([]);
    await shoot(page, `audit-${look.language}-${look.theme}`);
    await page.getByRole('searchbox').first().fill('nobody');
    await table.waitFor({ state: 'detached' });
    await page.close();
  });

  test('the keys are told at ?, wherever one is', async () => {
    const page = await stage.open('/alarms', look);
    await page.keyboard.press('?');
    await page.locator('.key-help').nth(1).waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await shoot(page, `keys-${look.language}-${look.theme}`);
    await page.keyboard.press('Escape');
    await page.locator('.key-help').first().waitFor({ state: 'detached' });
    await page.close();
  });
});

test(`${MANY} alarms are gone through page by page, by keys alone`, async () => {
  const LOT = 2500;
  for (let first = 0; first < MANY; first += LOT)
    await send(
      stage.address,
      ...Array.from({ length: LOT }, (_, index) => event('orders', `o${first + index}`, 'fill', 'exception')),
    );
  const page = await stage.open('/alarms?flow=orders');
  await expect
    .poll(async () => (await count(`${stage.address}/metrics`)) >= MANY, { timeout: 240_000, interval: 1000 })
    .toBe(true);
  await expect.poll(() => rows(page).count(), SOON).toBe(200);
  const newest = await rows(page).first().textContent();
  const begun = performance.now();
  await page.keyboard.press('o');
  await expect.poll(() => rows(page).first().textContent(), SOON).not.toBe(newest);
  console.log(`200 older of ${MANY} alarms came after ${Math.round(performance.now() - begun)} ms`);
  expect(await rows(page).count()).toBe(200);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.locator('.alarm-row.here').waitFor();
  const at = "[...document.querySelectorAll('.alarm-link')].indexOf(document.activeElement)";
  expect(await page.evaluate(at)).toBe(1);
  await page.getByRole('button', { name: 'Back to the newest' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.has('before'), SOON).toBe(false);
  await page.close();
  expect(stage.troubles()).toEqual([]);
}, 400_000);

/** How many alarms were raised, as the metrics have it. */
async function count(address: string): Promise<number> {
  const text = await (await fetch(address)).text();
  const found = [...text.matchAll(/^milepost_alarm_changes_total(?:\{[^}]*\})? (\d+)/gm)];
  return found.reduce((sum, [, value]) => sum + Number(value), 0);
}
