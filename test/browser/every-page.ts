/** Every page of the console, each in the states that somebody may meet it in; what they show is the day of the demo. */
import type { Page } from 'playwright-core';

export interface EveryPage {
  readonly name: string;
  /** `DAY` stands for the trading day of the demo, `BEFORE` for the one before */
  readonly address: string;
  /** what has to be there before it is looked at */
  readonly shows: string;
  /** whether it is asked for something that there is not */
  readonly missing?: true;
  /** what is done on it first */
  readonly act?: (page: Page) => Promise<unknown>;
}

/** All of them. */
export const EVERY_PAGE: readonly EveryPage[] = [
  { name: 'home', address: '/', shows: '.ledger-row' },
  { name: 'home-filtered', address: '/?group=clearing&q=settle', shows: '.ledger-row' },
  { name: 'home-nothing', address: '/?q=no-such-flow', shows: '.day-filters' },
  { name: 'day-past', address: '/days/BEFORE', shows: '.ledger-row' },
  { name: 'day-long-ago', address: '/days/2026-01-05', shows: '.page-message' },
  {
    name: 'tree-filtered',
    address: '/',
    shows: '.ledger-row',
    act: (page) => fill(page, '.navigation-filter input', 'zzz'),
  },
  { name: 'search', address: '/', shows: '.ledger-row', act: (page) => search(page, 'se') },
  {
    name: 'settings',
    address: '/',
    shows: '.ledger-row',
    act: (page) => page.locator('.top-bar-gap ~ button').last().click(),
  },
  { name: 'keys', address: '/', shows: '.ledger-row', act: (page) => page.keyboard.press('?') },
  { name: 'flow', address: '/flows/settlement', shows: '.react-flow__node' },
  { name: 'flow-step', address: '/flows/settlement/clearing-DAY?step=import', shows: '.facts-list' },
  {
    name: 'flow-step-events',
    address: '/flows/settlement/clearing-DAY?step=import&list=events',
    shows: '.facts-list',
  },
  {
    name: 'flow-nested',
    address: '/flows/settlement/clearing-DAY?open=files,margin',
    shows: '.inside-caption',
  },
  {
    name: 'flow-replay',
    address: '/flows/trading-night/trading-DAY?at=4&step=session',
    shows: '.past-notice',
  },
  { name: 'flow-matrix', address: '/flows/settlement?tab=matrix', shows: '.matrix' },
  { name: 'flow-definition', address: '/flows/margin', shows: '.react-flow__node' },
  { name: 'flow-unknown', address: '/flows/no-such-flow', shows: '.page-message', missing: true },
  { name: 'alarms', address: '/alarms?open=all', shows: '.alarm-row' },
  { name: 'alarms-nothing', address: '/alarms?key=no-such-key', shows: '.alarms-none' },
  {
    name: 'alarm-open',
    address: '/alarms?open=all',
    shows: '.alarm-row',
    act: async (page) => {
      await page.locator('.alarm-link').first().click();
      await page.locator('.alarm-passage').first().waitFor();
    },
  },
  {
    name: 'operator',
    address: '/',
    shows: '.ledger-row',
    act: (page) => page.locator('.live-sign + button').click(),
  },
  {
    name: 'alarm-silence',
    address: '/alarms',
    shows: '.alarm-row',
    act: async (page) => {
      await page.locator('.alarm-link').first().click();
      await page.locator('.alarm-passage').first().waitFor();
      await page.keyboard.press('s');
      await page.locator('.act-form').waitFor();
      const silences = page.locator('.silences summary');
      if ((await silences.count()) > 0) await silences.click();
    },
  },
  { name: 'alarm-unknown', address: '/alarms/no-such-alarm?open=all', shows: '.page-message', missing: true },
  { name: 'events-none', address: '/events', shows: 'main h1' },
  { name: 'events', address: '/events/settlement/clearing-DAY', shows: '.event-row' },
  { name: 'rejected', address: '/rejected', shows: 'main h1' },
  { name: 'views', address: '/views', shows: 'main h1' },
  { name: 'view', address: '/views/trading-day-overview', shows: '.react-flow__node' },
  { name: 'view-clearing', address: '/views/evening-clearing', shows: '.react-flow__node' },
  {
    name: 'view-node',
    address: '/views/funds',
    shows: '.react-flow__node',
    act: (page) => page.locator('.react-flow__node button').first().click(),
  },
  { name: 'audit', address: '/audit', shows: 'main h1' },
  { name: 'audit-nothing', address: '/audit?by=nobody', shows: 'main h1' },
  { name: 'not-found', address: '/no/such/page', shows: '.page-message' },
  { name: 'big-home', address: '/?screen=big', shows: '.ledger-row' },
  { name: 'big-flow', address: '/flows/settlement?screen=big', shows: '.react-flow__node' },
  { name: 'big-view', address: '/views/trading-day-overview?screen=big', shows: '.react-flow__node' },
  {
    name: 'big-rotation',
    address: '/?screen=big',
    shows: '.ledger-row',
    act: (page) => page.locator('.big-screen-bar button').first().click(),
  },
];

async function fill(page: Page, field: string, text: string): Promise<void> {
  await page.locator(field).first().fill(text);
}

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.locator('.search-input').fill(text);
  await page.locator('.search-hit').first().waitFor();
}
