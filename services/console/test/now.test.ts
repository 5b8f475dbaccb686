/// <reference lib="dom" />
import { randomUUID } from 'node:crypto';
import { type Prometheus, startPrometheus } from '@punctual/devstack';
import { eventually } from '@punctual/testkit';
import { axeViolations, type Browser, browserTests, startBrowser } from '@punctual/testkit/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpsSetting, startOpsSetting } from './ops-setting.ts';

const { name, program } = await browserTests('the page Now in a browser');

/** One alert of two hours ago, one that fires, and the age of an outbox. */
function history(): string {
  const now = Math.floor(Date.now() / 1_000);
  return `# TYPE ALERTS gauge
ALERTS{alertname="PayoutsUndecided",alertstate="firing",severity="ticket"} 1 ${now - 9_000}
ALERTS{alertname="EventsNotPublished",alertstate="firing",severity="page"} 1 ${now}
# TYPE punctual_outbox_age_seconds gauge
punctual_outbox_age_seconds{service_name="scheduling"} 40 ${now}
# EOF
`;
}

// The API is away here: console.test.ts has it, and promises that are kept.
describe.skipIf(!program)(name, { timeout: 300_000 }, () => {
  let prometheus: Prometheus | undefined;
  let setting: OpsSetting;
  let browser: Browser;

  beforeAll(async () => {
    prometheus = await startPrometheus({ history: history() });
    setting = await startOpsSetting({ PROMETHEUS_URL: prometheus.url });
    browser = await startBrowser(String(program));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await setting?.stop();
    await prometheus?.stop();
  });

  const textOf = (page: Page) => page.getByRole('main').innerText();

  test('shows what it can read, and says what it cannot', async () => {
    const { page, faults } = await setting.console().signIn(browser, 'Olga, ops', '/now');
    const text = await textOf(page);
    for (const part of [
      /Yes\. \d+ consumers keep up with \d+ streams\./,
      /Yes\. There are no dead letters\./,
      /No\. Reminders does not answer/,
      /Unknown\. A service that this page needs cannot be reached/,
      /EventsNotPublished \(page\): EventsNotPublished, fires now/,
      /PayoutsUndecided \(ticket\): PayoutsUndecided, last 2 hours ago/,
      /scheduling: the oldest event has waited 40 seconds/,
      /No event waits for a consumer\./,
    ])
      expect(text).toMatch(part);
    expect(await axeViolations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('leads to dead letters, and to a consumer that is paused', async () => {
    const { manager } = setting.nats;
    setting.startPayouts(() => true);
    await setting.confirm(randomUUID());
    const { page } = await setting.console().signIn(browser, 'Olga, ops', '/now');
    await eventually(async () => {
      await page.reload();
      expect(await textOf(page)).toContain('No. 1 dead letter');
    });
    await manager.consumers.pause('SCHEDULE', 'payouts-person', new Date(Date.now() + 3_600_000));
    await page.reload();
    await page.getByRole('link', { name: 'payouts-person is paused.' }).click();
    await page.waitForURL(/\/streams$/);
    await manager.consumers.resume('SCHEDULE', 'payouts-person');
    await page.goBack();
    await page.getByRole('link', { name: /^1 dead letter/ }).click();
    await page.waitForURL(/\/dead-letters$/);
    await page.context().close();
  });

  test('says so when Prometheus does not answer', async () => {
    await prometheus?.stop();
    prometheus = undefined;
    const { page } = await setting.console().signIn(browser, 'Olga, ops', '/now');
    expect(await textOf(page)).toContain('Unknown. Prometheus does not answer.');
    await page.context().close();
  });
});
