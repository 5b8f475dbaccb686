/// <reference lib="dom" />
import { randomUUID } from 'node:crypto';
import { scheduleEvents } from '@punctual/contracts';
import { selectDeadLetters } from '@punctual/operations';
import { eventually } from '@punctual/testkit';
import {
  axeViolations,
  type Browser,
  brokenLayout,
  browserTests,
  keepPicture,
  startBrowser,
  views,
} from '@punctual/testkit/browser';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readAct } from '../src/audit/read-audit.ts';
import { type OpsSetting, startOpsSetting } from './ops-setting.ts';
import { postForm } from './post.ts';

const { name, program } = await browserTests('dead letters in a browser');

describe.skipIf(!program)(name, { timeout: 300_000 }, () => {
  let setting: OpsSetting;
  let browser: Browser;

  beforeAll(async () => {
    setting = await startOpsSetting();
    browser = await startBrowser(String(program));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await setting?.stop();
  });

  beforeEach(async () => {
    for (const stream of ['DLQ', 'SCHEDULE', 'REPLAY']) await setting.nats.manager.streams.purge(stream);
  });
  afterEach(() => setting.stopPayouts());

  const olga = (path: string) => setting.console().signIn(browser, 'Olga, ops', path);
  const ids = (count: number) => Array.from({ length: count }, () => randomUUID());

  /** Lets payouts give up on one event of each of these assignments, and stops it. */
  async function giveUpOn(assignmentIds: readonly string[]): Promise<void> {
    setting.startPayouts(() => true);
    for (const id of assignmentIds) await setting.confirm(id);
    await eventually(async () => expect(await selectDeadLetters(setting.nats, {})).toHaveLength(assignmentIds.length));
    await setting.stopPayouts();
  }

  /** From the list to the page of the plan. */
  async function plan(page: Page, act: 'Redrive' | 'Drop'): Promise<string> {
    await page.getByRole('button', { name: `${act} …` }).click();
    await page.waitForURL(/\/acts\//);
    return page.url();
  }

  async function agree(page: Page, reason: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Reason' }).fill(reason);
    await page.locator('#review').getByRole('button').click();
  }

  const ended = (page: Page, text: string | RegExp) => page.locator('dd', { hasText: text }).waitFor();

  test('groups lead to the letters of a cause, and a redrive delivers exactly these', async () => {
    const assignments = ids(13);
    await giveUpOn(assignments);
    await setting.nats.jetstream.publish('dlq.reminders-schedule', '{}');
    const { page, faults } = await olga('/dead-letters');
    await page.getByText('14 dead letters by consumer and cause').waitFor();
    await page.getByRole('link', { name: 'No rate for assignment …' }).click();
    await page.getByText('13 dead letters, oldest first').waitFor();
    expect(new URL(page.url()).searchParams.get('cause')).toBe('No rate for assignment …');

    await plan(page, 'Redrive');
    await page.getByRole('heading', { name: 'Redrive 13 dead letters?' }).waitFor();
    expect(await page.locator('#review li').count()).toBe(11);
    await page.getByText('and 3 more').waitFor();
    expect(await selectDeadLetters(setting.nats, {})).toHaveLength(14);

    const handled: string[] = [];
    setting.startPayouts((id) => {
      handled.push(id);
      return false;
    });
    await agree(page, 'The rates are there');
    await ended(page, 'Finished: 13 dead letters handled.');
    expect(handled.toSorted()).toEqual(assignments.toSorted());
    expect(await page.getByRole('region', { name: 'Results' }).getByText('Handled.').count()).toBe(13);
    expect((await selectDeadLetters(setting.nats, {})).map(({ consumer }) => consumer)).toEqual(['reminders-schedule']);

    await page.goto(`${setting.console().url}/audit?kind=redrive`);
    const [row] = await page.locator('tbody tr').allInnerTexts();
    for (const text of ['you', 'Redrive 13 dead letters', 'The rates are there', '13 done'])
      expect(row).toContain(text);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('a redrive stops at the first new failure, and names it', async () => {
    const assignments = ids(15);
    await giveUpOn(assignments);
    const { page } = await olga('/dead-letters');
    await plan(page, 'Redrive');
    const poison = (await selectDeadLetters(setting.nats, {}))[5];
    setting.startPayouts((id) => id === poison?.assignmentId);
    await agree(page, 'Try again');
    await ended(page, 'Ended after 11 dead letters; 4 of the selection were left alone and stay.');
    const failures = page.getByRole('region', { name: 'Not done' });
    await failures.getByText(`Failed again, now dead letter`).waitFor();
    expect(await failures.getByRole('listitem').count()).toBe(1);
    await failures.getByRole('link').click();
    await page.getByRole('heading', { name: /^Dead letter \d+$/ }).waitFor();
    expect(await selectDeadLetters(setting.nats, {})).toHaveLength(5);
    await page.context().close();
  });

  test('dropped is what was selected, for a reason; what arrives since stays', async () => {
    await giveUpOn(ids(2));
    const { page } = await olga('/dead-letters?consumer=payouts-schedule');
    const url = await plan(page, 'Drop');
    await setting.nats.jetstream.publish('dlq.payouts-schedule', '{}');
    // Without the browser's own check.
    expect(await (await postForm(page, new URL(url).pathname, { reason: ' ' })).text()).toContain('Not done: say why');
    expect(await selectDeadLetters(setting.nats, {})).toHaveLength(3);
    await agree(page, 'Test visits');
    await ended(page, 'Finished: 2 dead letters dropped.');
    expect(await selectDeadLetters(setting.nats, {})).toHaveLength(1);
    await page.context().close();
  });

  test('of two people who agree to one plan, the second sees who was first', async () => {
    await giveUpOn(ids(1));
    const first = await olga('/dead-letters');
    const url = await plan(first.page, 'Drop');
    const second = await olga(new URL(url).pathname);
    await second.page.getByRole('heading', { name: 'Drop 1 dead letter?' }).waitFor();
    await agree(first.page, 'A test');
    await ended(first.page, 'Finished: 1 dead letter dropped.');
    await agree(second.page, 'A test, too');
    await second.page.locator('#outcome', { hasText: /Not done again: You began this \d+ s ago/ }).waitFor();
    await ended(second.page, 'Finished: 1 dead letter dropped.');
    await first.page.context().close();
    await second.page.context().close();
  });

  test('a letter shows its event against its contract, with the faulty field marked, and what came after', async () => {
    const { example } = scheduleEvents['schedule.confirmed'];
    setting.startPayouts(() => false);
    await setting.publish({ ...example, data: { ...example.data, price: { amountMinor: '<b>', currency: 'EUR' } } });
    const sequence = String(Number(example.sequence) + 1).padStart(10, '0');
    await setting.publish({ ...example, id: randomUUID(), sequence } as typeof example);
    await eventually(async () => expect(await selectDeadLetters(setting.nats, {})).toHaveLength(1));
    const { page, faults } = await olga('/dead-letters');
    await page.locator('tbody a[href^="/dead-letters/"]').first().click();
    await page.getByText('1 fault against its contract').waitFor();
    expect(await page.locator('mark').innerText()).toBe('"<b>"');
    await page.getByText('data.price.amountMinor').waitFor();
    const after = page.getByRole('region', { name: 'What came after' });
    await after.getByText('schedule.confirmed').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('an act goes on without its page, and one whose process ends says so', async () => {
    await giveUpOn(ids(2));
    const { page } = await olga('/dead-letters');
    const url = await plan(page, 'Redrive');
    // Nobody handles it.
    await agree(page, 'Try again');
    await page.getByText('It goes on when you leave this page.').waitFor();
    const id = new URL(url).pathname.slice('/acts/'.length);
    const now = Temporal.Now.instant();
    expect(await readAct(setting.nats, id, now)).toMatchObject({ state: 'RUNNING' });
    expect(await readAct(setting.nats, id, now.add({ seconds: 40 }))).toMatchObject({ state: 'INTERRUPTED' });
    await setting.restartConsole();
    await page.goto(url);
    await page.getByText('It was interrupted: its process ended.').waitFor();
    await page.getByRole('link', { name: 'Select the rest again' }).waitFor();
    await page.context().close();
  });

  test('the audit is filtered by person and kind, and refuses to forget', async () => {
    const { page } = await olga('/audit');
    const rows = page.locator('tbody tr');
    expect(await rows.count()).toBeGreaterThan(0);
    await rows.first().getByRole('link', { name: 'you' }).click();
    await page.waitForURL(/person=/);
    expect(await rows.count()).toBeGreaterThan(0);
    await page.goto(`${setting.console().url}/audit?person=${randomUUID()}`);
    await page.getByText('No act matches.').waitFor();
    await page.goto(`${setting.console().url}/audit?kind=reconcile&before=99999999`);
    await page.getByText('No act matches.').waitFor();
    await expect(setting.nats.manager.streams.purge('AUDIT')).rejects.toThrow();
    await expect(setting.nats.manager.streams.deleteMessage('AUDIT', 1)).rejects.toThrow();
    await page.context().close();
  });

  test('finance sees none of it', async () => {
    await giveUpOn(ids(1));
    const ops = await olga('/dead-letters');
    const url = await plan(ops.page, 'Drop');
    const fay = await setting.console().signIn(browser, 'Fay, finance', '/audit');
    await fay.page.getByText('No act matches.').waitFor();
    for (const path of ['/dead-letters', '/dead-letters/1', '/streams', '/replay', new URL(url).pathname])
      expect((await fay.page.goto(`${setting.console().url}${path}`))?.status(), path).toBe(403);
    await fay.page.goto(`${setting.console().url}/audit`);
    for (const [path, fields] of [
      ['/dead-letters', { act: 'drop' }],
      [new URL(url).pathname, { reason: 'x' }],
      ['/streams', { rebuild: 'SCHEDULE' }],
      ['/replay?consumer=payouts-schedule', {}],
    ] as const)
      expect((await postForm(fay.page, path, fields)).status, path).toBe(403);
    expect(await selectDeadLetters(setting.nats, {})).toHaveLength(1);
    await ops.page.context().close();
    await fay.page.context().close();
  });

  test('bad input is answered with a sentence', async () => {
    const { page } = await olga('/dead-letters');
    await page.getByText('There are no dead letters.').waitFor();
    const open = async (path: string) => (await page.goto(`${setting.console().url}${path}`))?.status();
    for (const path of [
      '/dead-letters?consumer=a.b&from=0001-01-01&to=x&after=-1&sequence=1e99&assignment=%00&cause=',
      '/dead-letters?consumer=nobody',
      '/audit?kind=x&person=y&before=z',
      '/replay?consumer=nobody&from=2026-13-45T99:99',
      '/streams?x',
    ])
      expect(await open(path), path).toBe(200);
    for (const path of [
      '/dead-letters/0',
      '/dead-letters/x',
      '/dead-letters/999999',
      '/acts/x',
      `/acts/${randomUUID()}`,
    ])
      expect(await open(path), path).toBe(404);
    await open('/dead-letters');
    for (const [path, fields, status, text] of [
      ['/dead-letters', { act: 'x' }, 400, 'neither redrive nor drop'],
      ['/dead-letters?consumer=nobody', { act: 'drop' }, 200, 'Not planned: none matches any more.'],
      ['/streams', {}, 400, 'names no stream'],
      ['/streams', { rebuild: 'SCHEDULE' }, 200, 'does not know the database of scheduling'],
      ['/replay?consumer=payouts-schedule', {}, 200, 'Not planned: no event on the stream matches.'],
      ['/replay?consumer=nobody', {}, 200, 'Not planned: choose a consumer'],
      [`/acts/${randomUUID()}`, { reason: 'x' }, 404, 'There is no act with this id.'],
    ] as const) {
      const answer = await postForm(page, path, fields);
      expect({ status: answer.status, text: await answer.text() }, path).toEqual({
        status,
        text: expect.stringContaining(text),
      });
    }
    await page.context().close();
  });

  test.each(views)('every page is accessible and reports nothing at %j', async (view) => {
    await giveUpOn(ids(3));
    const { page, faults } = await setting.console().signIn(browser, 'Olga, ops', '/dead-letters', view);
    const check = async (name: string) => {
      expect(await axeViolations(page), name).toEqual([]);
      expect((await brokenLayout(page)).overflow, name).toBe(0);
      await keepPicture(page, `console-${name}-${view.width}-${view.scheme}`);
    };
    await page.getByText('3 dead letters by consumer and cause').waitFor();
    await check('dead-letters');
    await page.locator('tbody a[href^="/dead-letters/"]').first().click();
    await page.getByRole('heading', { name: 'What came after' }).waitFor();
    await check('dead-letters-one');
    await page.goBack();
    await plan(page, 'Drop');
    await check('review');
    await agree(page, 'Test visits');
    await ended(page, 'Finished: 3 dead letters dropped.');
    await check('act');
    for (const path of ['streams', 'replay?consumer=payouts-schedule', 'audit']) {
      await page.goto(`${setting.console().url}/${path}`);
      await check(path.split('?')[0] ?? path);
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });
});
