/**
 * `npm run pictures`: the pictures of the console's pages in adapters/console/docs, of the demo while its day runs. Small ones:
 * to see what there is, not to read it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readRound } from '../../adapters/demo/round.ts';
import { smallPng } from './small-png.ts';
import { type Look, type Stage, setStage } from './stage.ts';

const FOLDER = fileURLToPath(new URL('../../adapters/console/docs', import.meta.url));
const MINUTES = 3;
/** How much of the day is over: settlement has begun. */
const SHARE = 0.93;
const LIGHT: Look = { language: 'en', theme: 'light' };
const DARK: Look = { language: 'zh', theme: 'dark' };

type Picture = readonly [name: string, address: string, look: Look];

const OF_THE_DEMO: readonly Picture[] = [
  ['home', '/', LIGHT],
  ['home-dark', '/', DARK],
  ['flow', '/flows/settlement/clearing-DAY?step=import', LIGHT],
  ['nested', '/flows/settlement/clearing-DAY?open=files,margin', DARK],
  ['replay', '/flows/trading-night/trading-DAY?at=4&step=session', LIGHT],
  ['days', '/flows/backup/clearing-DAY?tab=matrix&step=dump', LIGHT],
  ['views', '/views', LIGHT],
  ['alarms', '/alarms?open=all', LIGHT],
  ['events', '/events/settlement/clearing-DAY', DARK],
  ['rejected', '/rejected', LIGHT],
  ['audit', '/audit', LIGHT],
  ['big-screen', '/?screen=big', DARK],
];

async function take(stage: Stage, [name, address, look]: Picture, day: string): Promise<void> {
  const page = await stage.open(address.replace('DAY', day), { ...look, width: 1280, height: 720 });
  await page.waitForTimeout(2000);
  const blank = await stage.browser.newPage();
  writeFileSync(join(FOLDER, `${name}.png`), await smallPng(page, blank));
  await blank.close();
  await page.close();
  console.log(name);
}

mkdirSync(FOLDER, { recursive: true });
const demo = await setStage(['demo', '--minutes', String(MINUTES)]);
try {
  const round = await readRound(demo.folder);
  if (round === null) throw new Error('the demo keeps its round');
  await delay(Math.max(0, round.start + MINUTES * SHARE * 60_000 - Date.now()));
  for (const picture of OF_THE_DEMO) await take(demo, picture, round.tradingDay);
} finally {
  await demo.close();
}
