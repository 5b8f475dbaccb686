/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findChromium, Unavailable } from '@punctual/devstack';
import axe from 'axe-core';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

export type View = { width: number; scheme: 'light' | 'dark' };

/** How pages are looked at: wide and narrow, light and dark. */
export const views: View[] = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).map((scheme) => ({ width, scheme })),
);

const height = 900;

export type BrowserPage = {
  page: Page;
  /** What the page did wrong until now: reports of its policy, errors, requests to other hosts. */
  faults: string[];
};

export type Browser = {
  /** Opens a page as a new visitor, without anything stored. */
  open(url: string, view: View): Promise<BrowserPage>;
  close(): Promise<void>;
};

/** Nothing that a browser does by itself: no updates, no reports, no guesses. */
const quiet = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Finds or installs a browser for a block of tests. Without one the block is to be skipped, and the name
 * that it gets says why.
 * @returns the name of the block, and the path of the browser
 */
export async function browserTests(name: string): Promise<{ name: string; program: string | undefined }> {
  try {
    return { name, program: await findChromium({ log: (line) => process.stdout.write(`${line}\n`) }) };
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    return { name: `${name} (skipped: ${error.message})`, program: undefined };
  }
}

export async function startBrowser(program: string): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: program, args: quiet });
  const open = async (url: string, { width, scheme }: View) => {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
    context.setDefaultTimeout(60_000);
    const faults = watch(context, new URL(url).origin);
    const page = await context.newPage();
    await page.goto(url);
    return { page, faults };
  };
  return { open, close: () => browser.close() };
}

/** Looks at a loaded page in every view. Colours change at once, so that none is measured halfway. */
export async function inEveryView(page: Page, look: (view: View) => Promise<void>): Promise<void> {
  for (const view of views) {
    await page.setViewportSize({ width: view.width, height });
    await page.emulateMedia({ colorScheme: view.scheme, reducedMotion: 'reduce' });
    await look(view);
  }
}

function watch(context: BrowserContext, origin: string): string[] {
  const faults: string[] = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  context.on('weberror', (error) => faults.push(`exception: ${error.error().message}`));
  context.on('request', (request) => {
    if (/^https?:/.test(request.url()) && new URL(request.url()).origin !== origin) {
      faults.push(`request to ${request.url()}`);
    }
  });
  return faults;
}

/**
 * What axe finds wrong, one line for each rule and element.
 * @param rules all rules unless given
 */
export async function axeViolations(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    const options = only ? { runOnly: only } : {};
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, any }) => `${id}: ${html.slice(0, 120)} ${any[0]?.message ?? ''}`),
    );
  }, rules);
}

/** The words that a line break cuts in two, and how many pixels wider the page is than the screen. */
export async function brokenLayout(page: Page): Promise<{ words: string[]; overflow: number }> {
  return page.evaluate(() => {
    const words: string[] = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      for (const { index, 0: word } of (text.textContent ?? '').matchAll(/[^\s-]+/g)) {
        const range = document.createRange();
        range.setStart(text, index);
        range.setEnd(text, index + word.length);
        const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
        if (lines.size > 1) words.push(word);
      }
    }
    return { words, overflow: Math.max(0, document.documentElement.scrollWidth - window.innerWidth) };
  });
}

/** Keeps a picture for people, when `SCREENSHOTS` names a folder. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
