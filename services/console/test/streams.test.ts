import { randomUUID } from 'node:crypto';
import { parsePostgresUrl, SessionClient } from '@punctual/chassis/postgres-client';
import { applyStreams } from '@punctual/devstack';
import { connectPeer, eventually, type Peer } from '@punctual/testkit';
import { type Browser, browserTests, startBrowser } from '@punctual/testkit/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Setting, startSetting } from './setting.ts';

const { name, program } = await browserTests('streams in a browser');

describe.skipIf(!program)(name, { timeout: 300_000 }, () => {
  let setting: Setting;
  let browser: Browser;
  let peer: Peer;

  beforeAll(async () => {
    setting = await startSetting('console-streams');
    peer = await connectPeer(setting.world.environment.env);
    browser = await startBrowser(String(program));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await peer?.stop();
    await setting?.stop();
  });

  const olga = (path: string) => setting.signIn(browser, 'Olga, ops', path);
  const ended = (page: Page, text: string | RegExp) => page.locator('dd', { hasText: text }).waitFor();

  async function agree(page: Page, reason: string): Promise<void> {
    await page.getByRole('textbox', { name: 'Reason' }).fill(reason);
    await page.locator('#review').getByRole('button').click();
  }

  test('the page shows streams, consumers and instances', async () => {
    await setting.journey.pending();
    const { page, faults } = await olga('/streams');
    const row = (text: string) => page.getByRole('row', { name: text });
    await row('SCHEDULE').first().getByText('512').or(page.getByText('536.9 MB')).first().waitFor();
    await row('payouts-schedule of SCHEDULE').getByRole('link', { name: 'Replay to payouts-schedule' }).waitFor();
    await eventually(async () => {
      await page.reload();
      for (const service of ['gateway', 'scheduling', 'reminders', 'payouts'])
        expect(await page.getByRole('cell', { name: service, exact: true }).count(), service).toBe(1);
    });
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('the events of one assignment are replayed to one consumer, from its page', async () => {
    const { assignmentId } = await setting.journey.pending();
    await setting.journey.pending();
    const { page, faults } = await olga(`/assignments/${assignmentId}`);
    await page.getByText('Replay its events to one consumer').click();
    await page.getByRole('link', { name: 'payouts-schedule', exact: true }).click();
    await page.getByRole('button', { name: 'Count and review …' }).click();
    await page.getByRole('heading', { name: 'Replay to payouts-schedule: 3 events?' }).waitFor();
    await agree(page, 'Its payout was lost');
    await ended(page, 'Finished: 3 events delivered, and payouts-schedule has handled all of them.');
    expect((await peer.manager.streams.info('REPLAY')).state.messages).toBe(3);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('a restored service publishes again what somebody agrees to', async () => {
    const payout = await setting.journey.awaitingApproval();
    const restore = await backUp('payouts');
    await setting.journey.finance.approvePayout({ params: { id: payout.id } });
    await eventually(async () => {
      const approved = (await peer.readStream('PAYOUT')).filter(({ subject }) => subject === 'payout.approved');
      expect(approved.map((message) => message.string()).join()).toContain(payout.id);
    });
    const started = restore();
    const { page } = await olga('/streams');
    await eventually(async () => {
      await page.getByRole('button', { name: 'Reconcile payouts …' }).click();
      await page.getByRole('heading', { name: 'Reconcile payouts: 1 aggregate?' }).waitFor({ timeout: 2_000 });
    });
    await page.getByText(`Assignment ${payout.assignmentId}: version 2 here, version 3 on the stream`).waitFor();
    await agree(page, 'Disk 7');
    await ended(page, 'Finished: 1 aggregate reconciled; payouts publishes again.');
    await started;
    await page.goto(`${setting.url}/audit?kind=reconcile`);
    await page.getByText('Disk 7').waitFor();
    await page.context().close();
  });

  test('a lost stream is rebuilt from its outbox', async () => {
    await setting.journey.pending();
    const { page } = await olga('/streams');
    await page.getByRole('button', { name: 'Rebuild SCHEDULE …' }).click();
    await page.locator('#outcome', { hasText: 'Not planned: no event of the outbox is missing from it.' }).waitFor();
    const scheduling = setting.world.stack.service('scheduling');
    // It would find out by itself.
    await scheduling.stop();
    const { length } = await peer.readStream('SCHEDULE');
    await peer.manager.streams.delete('SCHEDULE');
    await page.goto(`${setting.url}/streams`);
    await page.getByRole('row', { name: 'SCHEDULE It does not exist.' }).waitFor();
    await applyStreams(setting.world.environment.natsUrl);
    await page.getByRole('button', { name: 'Rebuild SCHEDULE …' }).click();
    await page.getByRole('heading', { name: `Rebuild SCHEDULE: ${length} events?` }).waitFor();
    await agree(page, 'Its disk was lost');
    await scheduling.start();
    await ended(page, `Finished: ${length} events on SCHEDULE again.`);
    expect(await peer.readStream('SCHEDULE')).toHaveLength(length);
    await page.context().close();
  });

  /** Takes a backup while the service is stopped. Returns what puts it back and starts the service. */
  async function backUp(service: 'payouts'): Promise<() => Promise<void>> {
    const process = setting.world.stack.service(service);
    const url = new URL(setting.world.databases[service]);
    const [database, backup] = [url.pathname.slice(1), `backup_${randomUUID()}`];
    await process.stop();
    await copyDatabase(url, database, backup);
    await process.start();
    return async () => {
      await process.stop();
      await copyDatabase(url, backup, database);
      await process.start();
    };
  }

  /** Makes a copy of a database, and ends its connections. */
  async function copyDatabase(url: URL, from: string, to: string): Promise<void> {
    const server = new URL(url);
    server.pathname = '/postgres';
    const client = new SessionClient(parsePostgresUrl(server.href), { applicationName: 'test' });
    await client.connect();
    await client.query(`drop database if exists "${to}" with (force)`);
    await client.query(`create database "${to}" template "${from}"`);
    await client.end();
  }
});
