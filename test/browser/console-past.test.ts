/** What has piled up: the last trading days of a flow drawn, its sentence with what is usual, and a list of many events. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DAY, DAYS, EVENTS, keyOf, stagePastDays } from './past-days.ts';
import { axeFindings, type Stage, shoot } from './stage.ts';

let stage: Stage;
const today = keyOf(Date.now());

beforeAll(async () => {
  stage = await stagePastDays();
}, 180_000);
afterAll(() => stage?.close());

test('a row says what it does, by when, and how long that usually takes', async () => {
  const page = await stage.open('/', { language: 'en' });
  const story = page.locator('.ledger-row', { hasText: 'End-of-day settlement' }).locator('.ledger-story');
  await expect
    .poll(() => story.textContent(), { timeout: 10_000 })
    .toMatch(/«Trades received» running for .*due 23:59 · usually 7 min/);
  await page.close();
});

test('the last days are drawn beside what is usual: of the whole flow, or of the step that is chosen', async () => {
  const page = await stage.open('/flows/settlement?tab=matrix', { language: 'en' });
  const bars = page.locator('.durations li a');
  await expect.poll(() => bars.count()).toBe(DAYS + 1);
  expect(await bars.first().getAttribute('aria-label')).toBe(
    `${keyOf(Date.now() - DAYS * DAY)}: Done, 20 min`,
  );
  await page.getByRole('button', { name: 'Trades received' }).click();
  expect(page.url()).toContain('step=receive');
  await expect.poll(() => bars.first().getAttribute('aria-label')).toContain('Done, 9 min');
  expect(await page.locator('.durations figcaption').textContent()).toContain('median 7 min');
  expect(await axeFindings(page)).toEqual([]);
  await shoot(page, 'matrix-history');
  await page.close();
});

test('from one day to another is one click, also while the page of the first is open', async () => {
  const page = await stage.open('/flows/settlement?tab=matrix', { language: 'en' });
  for (const back of [1, 2, 3]) {
    const key = keyOf(Date.now() - back * DAY);
    await page
      .locator('.matrix thead')
      .getByRole('link', { name: key.slice(5) })
      .click();
    await page.locator('.react-flow__node').first().waitFor();
    await expect.poll(() => page.locator('.flow-side').textContent()).toContain(key);
    await page.getByText('Days × steps').click();
  }
  expect(stage.troubles()).toEqual([]);
  await page.close();
});

test('many events are loaded while somebody goes down the list, and one of them is opened at its end', async () => {
  const page = await stage.open(`/events/settlement/${today}`, { language: 'en' });
  const rows = page.locator('.event-row');
  await expect.poll(() => rows.count(), { timeout: 10_000 }).toBeGreaterThanOrEqual(500);
  for (let turn = 0; turn < 20 && (await rows.count()) < EVENTS; turn += 1) {
    await page.evaluate('document.querySelector(".scrolls").scrollTo(0, 1e9)');
    await page.waitForTimeout(300);
  }
  expect(await rows.count()).toBe(EVENTS);
  await rows.last().getByRole('button').click();
  await page.getByRole('heading', { name: 'As it was sent' }).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.close();
});
