/// <reference lib="dom" />
import { eventually } from '@punctual/testkit';
import {
  axeViolations,
  type Browser,
  brokenLayout,
  browserTests,
  keepPicture,
  startBrowser,
  type View,
  views,
} from '@punctual/testkit/browser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Setting, startSetting } from './changes-setting.ts';

const { name, program } = await browserTests('in a browser');

// On a busy machine a browser takes its time.
describe.skipIf(!program)(name, { timeout: 180_000 }, () => {
  let setting: Setting;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    setting = await startSetting();
    url = (await setting.gateway()).url;
    browser = await startBrowser(String(program));
  });

  afterAll(async () => {
    await browser?.close();
    await setting?.stop();
  });

  async function openReference(view: View, hash = '') {
    const opened = await browser.open(`${url}/docs${hash}`, view);
    await opened.page.getByRole('heading', { name: 'Roles' }).waitFor();
    return opened;
  }

  test.each(views)('/docs is accessible and loads nothing from elsewhere at %j', async (view) => {
    const { page, faults } = await openReference(view);
    await eventually(async () => expect(await axeViolations(page)).toEqual([]));
    await keepPicture(page, `docs-${view.width}-${view.scheme}`);
    // Sections are rendered when they are near.
    await page.goto(`${url}/docs#${await streamHash()}`);
    await page.reload();
    await page
      .getByRole('button', { name: /Test Request.*\/changes/ })
      .first()
      .waitFor();
    await eventually(async () => expect(await axeViolations(page)).toEqual([]));
    await keepPicture(page, `docs-operation-${view.width}-${view.scheme}`);
    expect((await brokenLayout(page)).overflow).toBe(0);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(lightness(background) < 128).toBe(view.scheme === 'dark');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('/docs finds an operation by a word', async () => {
    const { page, faults } = await openReference({ width: 1280, scheme: 'light' });
    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.keyboard.type('dispute');
    await page
      .getByRole('option', { name: /dispute/i })
      .first()
      .waitFor();
    await keepPicture(page, 'docs-search');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('/docs groups operations by the tags of the contract', async () => {
    const { page } = await openReference({ width: 1280, scheme: 'light' });
    const tags = await page.evaluate(async () => {
      const { paths } = await (await fetch('/openapi.json')).json();
      const operations = Object.values(paths).flatMap((path) => Object.values(path as object));
      return [...new Set(operations.flatMap(({ tags = [] }: { tags?: string[] }) => tags))];
    });
    expect(tags.length).toBeGreaterThan(3);
    for (const tag of tags)
      await page
        .getByRole('button', { name: `Group - ${tag}` })
        .first()
        .waitFor();
    await page.context().close();
  });

  test('/docs keeps a token over a reload, and shows events of a stream as they arrive', async () => {
    const { page, faults } = await openReference({ width: 1280, scheme: 'light' });
    const token = (await setting.authorization({})).replace('Bearer ', '');
    await page.getByPlaceholder('Token').first().fill(token);
    await eventually(async () => expect(await page.evaluate(() => JSON.stringify(localStorage))).toContain(token));
    await page.reload();
    await eventually(async () => expect(await page.getByPlaceholder('Token').first().inputValue()).toBe(token));

    await page.goto(`${url}/docs#${await streamHash()}`);
    await page.reload();
    await page
      .getByRole('button', { name: /Test Request.*\/assignments\/{id}\/changes/ })
      .first()
      .click();
    const client = page.getByRole('dialog');
    await client.getByText('id', { exact: true }).first().waitFor();
    // The rows of the table are keys and values; the first value is that of the path's `id`.
    await client.getByLabel('Value').first().click();
    await page.keyboard.type(setting.assignmentId());
    await client
      .getByRole('button', { name: /Send get/ })
      .first()
      .click();
    await client.getByText('200 OK').waitFor();
    for (const [version, type] of (['schedule.proposed', 'schedule.confirmed'] as const).entries()) {
      await setting.publish(type, version + 1);
      await client.getByText(`event: ${type}`).first().waitFor();
    }
    await keepPicture(page, 'docs-stream');
    const rules = ['color-contrast', 'label', 'button-name', 'link-name', 'aria-input-field-name'];
    expect(await axeViolations(page, rules)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test.each(views)('/docs/events is accessible and loads nothing from elsewhere at %j', async (view) => {
    const { page, faults } = await browser.open(`${url}/docs/events`, view);
    await page.getByText('Example', { exact: true }).first().click();
    expect(await axeViolations(page)).toEqual([]);
    await keepPicture(page, `events-${view.width}-${view.scheme}`);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('/docs/events breaks no word at any width', async () => {
    const { page } = await browser.open(`${url}/docs/events`, { width: 1280, scheme: 'light' });
    for (const width of [320, 390, 600, 768, 1024, 1280, 1920]) {
      await page.setViewportSize({ width, height: 900 });
      expect({ width, ...(await brokenLayout(page)) }).toEqual({ width, words: [], overflow: 0 });
    }
    await page.context().close();
  });

  test('/docs/events finds events by name and by field', async () => {
    const { page, faults } = await browser.open(`${url}/docs/events`, { width: 390, scheme: 'light' });
    const shown = () => page.locator('article:visible').evaluateAll((articles) => articles.map(({ id }) => id));
    const search = page.getByRole('searchbox', { name: 'Search events and fields' });
    await search.fill('confirmed');
    expect(await shown()).toContain('schedule.confirmed');
    await search.fill('latenessMs');
    expect((await shown()).every((id) => id.startsWith('reminder.'))).toBe(true);
    expect(await page.locator('#reminder\\.due dl > div:visible').count()).toBe(1);
    await search.fill('nothing like this');
    expect(await shown()).toEqual([]);
    await page.getByText(/^0 of \d+ shown$/).waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('both pages share the chosen colours', async () => {
    const { page } = await browser.open(`${url}/docs/events`, { width: 1280, scheme: 'light' });
    await page.getByRole('button', { name: 'Dark colours' }).click();
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(lightness(await background())).toBeLessThan(128);
    await page.goto(`${url}/docs`);
    await eventually(async () => expect(lightness(await background())).toBeLessThan(128));
    await page.context().close();
  });

  /** Where the page shows the stream of an assignment. */
  async function streamHash(): Promise<string> {
    const { paths } = await (await fetch(`${url}/openapi.json`)).json();
    const [tag] = paths['/assignments/{id}/changes'].get.tags;
    return `tag/${tag.toLowerCase()}/GET/assignments/{id}/changes`;
  }
});

/** The mean of a colour's red, green and blue: `rgb(255, 255, 255)` is 255. */
function lightness(colour: string): number {
  const parts = (colour.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  return parts.reduce((sum, part) => sum + part, 0) / parts.length;
}
