/** The pages of events: what was accepted, as it was sent and as a line that sends it again; and what was refused. */
import { execFileSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRound } from '../../adapters/demo/round.ts';
import { axeFindings, LOOKS, type Stage, setStage, shoot } from './stage.ts';

const SECONDS = 12;
const SOON = { timeout: 15_000, interval: 100 };
const MARKUP = '<img src=x onerror="document.title=1">';

let stage: Stage;
let key: string;

beforeAll(async () => {
  stage = await setStage(['demo', '--minutes', String(SECONDS / 60)]);
  const round = await readRound(stage.folder);
  if (round === null) throw new Error('the demo keeps its round');
  key = `clearing-${round.tradingDay}`;
  await post(event('wrong-1', 'no-such-flow'), event('wrong-2', 'no-such-flow'));
  // the day of the demo is over, so everything that it sends has been accepted
  await delay(Math.max(0, round.start + SECONDS * 1000 + 2000 - Date.now()));
}, 180_000);
afterAll(() => stage?.close());

function event(id: string, flow: string): object {
  return {
    id,
    flow,
    key,
    step: 'import',
    event: 'exception',
    message: MARKUP,
    time: new Date().toISOString(),
  };
}

async function post(...events: readonly object[]): Promise<void> {
  const body = events.map((each) => JSON.stringify(each)).join('\n');
  await fetch(`${stage.address}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body,
  });
}

describe.each(LOOKS)('in $language and $theme', (look) => {
  test.each([
    ['events', '.event-button'],
    ['rejected', '.rejected-link'],
  ])('the page of what is %s is whole, and keeps nobody out', async (name, row) => {
    const page = await stage.open(name === 'events' ? `/events/settlement/${key}` : '/rejected', look);
    await page.locator(row).first().click();
    await page.locator('.event-detail').waitFor();
    await shoot(page, `${name}-${look.language}-${look.theme}`);
    expect(await axeFindings(page)).toEqual([]);
    expect(await page.locator('main img').count()).toBe(0);
    expect(await page.locator('style').count()).toBe(0);
    await page.close();
    expect(stage.troubles()).toEqual([]);
  });
});

test('the events of what is selected are one step away, and sent again by curl they are taken', async () => {
  const page = await stage.open(`/flows/settlement/${key}?step=import`);
  await page.getByRole('link', { name: 'Events', exact: true }).click();
  await page.locator('.event-button').first().click();
  await expect.poll(() => page.url()).toMatch(/step=import.*event=/);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy as nats pub' }).click();
  await page.getByText('Copied').waitFor();
  const read = 'navigator.clipboard.readText()';
  expect(await page.evaluate(read)).toMatch(/^nats pub 'milepost\.checkpoint\.settlement\.clearing-/);
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  await expect.poll(() => page.evaluate(read)).toMatch(/^curl/);
  const taken = execFileSync('sh', ['-c', String(await page.evaluate(read))], { encoding: 'utf8' });
  expect(JSON.parse(taken)).toEqual({ accepted: 1, rejected: [] });
  await page.close();
});

test('a rejected event tells why; as it is it is refused again, corrected it is taken', async () => {
  const page = await stage.open('/rejected', { person: 'Li Wei' });
  await page.locator('.rejected-link', { hasText: 'wrong-1' }).click();
  await page.locator('.rejected-reason', { hasText: /no flow .*"no-such-flow"/ }).waitFor();
  await page.getByRole('button', { name: 'Send again as it is' }).click();
  await page.getByRole('status').getByText('Could not be done').waitFor();
  const box = page.locator('.event-detail textarea');
  await box.fill((await box.inputValue()).replace('no-such-flow', 'settlement'));
  await page.getByRole('button', { name: 'Send the corrected one' }).click();
  await page.getByRole('status').getByText('Sent: 1 event accepted').waitFor();
  await page.locator('.rejected-link', { hasText: 'wrong-1' }).getByText('sent again').waitFor();
  await page.goto(`${stage.address}/events/settlement/${key}?step=import&event=wrong-1`);
  await expect.poll(() => page.locator('.event-detail').textContent(), SOON).toContain('<img src=x');
  expect(await page.locator('main img').count()).toBe(0);
  await page.close();
});
