/** A running Milepost with a browser before it: what page tests play on. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort } from '../../adapters/nats/launch-server.ts';
import { killMileposts, type Milepost, startMilepost } from '../servers/milepost.ts';
import { TOKEN } from '../servers/operator.ts';
import { processFamily } from '../servers/process-family.ts';
import { buildConsole } from './built-console.ts';
import { startChromium } from './chromium.ts';

export interface Look {
  readonly language?: 'en' | 'zh';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** who acts, with the token of operators; left out: nobody yet, as in a new browser */
  readonly person?: string;
}

/** What every page is looked at in: both languages and both themes. */
export const LOOKS: readonly Required<Pick<Look, 'language' | 'theme'>>[] = [
  { language: 'en', theme: 'light' },
  { language: 'zh', theme: 'dark' },
];

export interface Stage {
  readonly milepost: Milepost;
  readonly browser: Browser;
  readonly address: string;
  /** the folder of its data */
  readonly folder: string;
  /** Opens a page and waits until it shows something. */
  open(path: string, look?: Look): Promise<Page>;
  /** What went wrong on the pages so far: errors, refused styles and scripts, requests to elsewhere. */
  troubles(): readonly string[];
  /** Ends Milepost, does something, and starts it again at the same address. */
  restart(meanwhile?: () => Promise<unknown>): Promise<void>;
  close(): Promise<void>;
}

/** Starts `milepost` with `args`; those of a folder and a port are added. Each of `definitions` is a file that is watched. */
export async function setStage(args: readonly string[], ...definitions: readonly string[]): Promise<Stage> {
  buildConsole();
  const browser = await startChromium();
  const folder = mkdtempSync(join(tmpdir(), 'milepost-pages-'));
  chmodSync(folder, 0o711); // the server's user has its data below it
  const family = processFamily();
  const port = await freePort();
  const data = join(folder, 'data');
  const operands: string[] = [];
  for (const [index, text] of definitions.entries()) {
    mkdirSync(join(folder, 'flows'), { recursive: true });
    writeFileSync(join(folder, `flows/flows-${index}.yaml`), text);
  }
  if (definitions.length > 0) operands.push(join(folder, 'flows'));
  const start = () =>
    startMilepost([...args, ...operands, '--folder', data, '--port', String(port)], { cwd: folder });
  let milepost = start();
  const troubles: string[] = [];
  const contexts = new Map<string, BrowserContext>();
  const address = await milepost.serves();
  return {
    get milepost() {
      return milepost;
    },
    browser,
    address,
    folder: data,
    troubles: () => troubles,
    async open(path, look = {}) {
      const page = await (await contextFor(browser, contexts, look)).newPage();
      watch(page, address, troubles);
      await page.goto(address + path);
      await page.locator('main > *').first().waitFor();
      return page;
    },
    async restart(meanwhile = async () => undefined) {
      milepost.signal('SIGTERM');
      await milepost.ended;
      await meanwhile();
      milepost = start();
      await milepost.serves();
    },
    async close() {
      family.note(milepost.pid);
      await browser.close();
      killMileposts(family);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function contextFor(
  browser: Browser,
  contexts: Map<string, BrowserContext>,
  { language = 'en', theme = 'light', width = 1280, height = 800, person = '' }: Look,
): Promise<BrowserContext> {
  const name = [language, theme, width, height, person].join(' ');
  const known = contexts.get(name);
  if (known !== undefined) return known;
  const context = await browser.newContext({
    viewport: { width, height },
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
    colorScheme: theme,
    // a page may not rely on the zone of who looks at it
    timezoneId: 'America/New_York',
  });
  if (person !== '')
    await context.addInitScript(
      `sessionStorage.setItem('milepost.token', '${TOKEN}'); localStorage.setItem('milepost.person', '${person}')`,
    );
  contexts.set(name, context);
  return context;
}

function watch(page: Page, address: string, troubles: string[]): void {
  page.on('pageerror', (error) => troubles.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    // Milepost says by 503 that it is not ready yet, and by 401 that a token is wrong
    const isExpected = message.location().url.endsWith('/readyz') || message.text().includes('status of 401');
    if (message.type() === 'error' && !isExpected) troubles.push(`${page.url()}: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith('blob:'))
      troubles.push(`${page.url()}: asks ${request.url()}`);
  });
}

/** What axe finds on a page that keeps somebody out: rule, and where. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found: readonly {
    id: string;
    impact: string | null;
    nodes: readonly { target: readonly string[]; failureSummary?: string }[];
  }[] = await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)',
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary = '' }) =>
          `${id}: ${target.join(' ')}: ${failureSummary.replaceAll('\n', ' ')}`,
      ),
    );
}

/** Sends events as applications do. */
export async function send(address: string, ...events: readonly object[]): Promise<void> {
  const response = await fetch(`${address}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: events.map((event) => JSON.stringify(event)).join('\n'),
  });
  const { rejected } = (await response.json()) as { rejected: readonly object[] };
  if (response.status !== 202 || rejected.length > 0)
    throw new Error(`the events of this test were refused: ${JSON.stringify(rejected)}`);
}

/** Keeps a picture of a page for people to look at, in the folder that SHOTS names; without it nothing is kept. */
export async function shoot(page: Page, name: string): Promise<void> {
  const folder = process.env.SHOTS;
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
