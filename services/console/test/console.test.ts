/// <reference lib="dom" />
import { randomUUID } from 'node:crypto';
import { isJaegerBuilt, startJaeger } from '@punctual/devstack';
import { eventually, giveJob, sendSpan } from '@punctual/testkit';
import {
  axeViolations,
  type Browser,
  brokenLayout,
  browserTests,
  inEveryView,
  keepPicture,
  startBrowser,
} from '@punctual/testkit/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createSeal } from '../src/session/seal.ts';
import { postForm, sessionOf } from './post.ts';
import { type Setting, startSetting } from './setting.ts';

const { name, program } = await browserTests('the console in a browser');
const canStoreTraces = await isJaegerBuilt();
const account = 'acct_1NV2ZkQ9PRzxAb12';

// On a busy machine a browser takes its time.
describe.skipIf(!program)(name, { timeout: 300_000 }, () => {
  let setting: Setting;
  let browser: Browser;
  let jaeger: Awaited<ReturnType<typeof startJaeger>> | undefined;

  beforeAll(async () => {
    jaeger = canStoreTraces ? await startJaeger() : undefined;
    setting = await startSetting('console', { ...(jaeger && { JAEGER_URL: jaeger.url }) });
    browser = await startBrowser(String(program));
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await setting?.stop();
    await jaeger?.stop();
  });

  /** Waits for the outcome of an act. */
  const sees = (page: Page, text: string) => page.locator('#outcome', { hasText: text }).waitFor();

  test('signing in leads back to the page that was asked for, and signing out ends the session', async () => {
    const { page, faults } = await setting.signIn(browser, 'Fay, finance', '/approvals?status=BLOCKED');
    expect(page.url()).toBe(`${setting.url}/approvals?status=BLOCKED`);
    expect(await page.getByRole('banner').innerText()).toContain('Fay');
    const [session] = (await page.context().cookies(setting.url)).filter(({ name }) => name === 'session');
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    expect(await page.evaluate(() => document.cookie)).not.toContain('session');
    expect(faults).toEqual([]);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${setting.url}/`);
    await page.goto(`${setting.url}/approvals`);
    expect(new URL(page.url()).origin).not.toBe(setting.url);
    await page.context().close();
  });

  test('ops begins at Now, which says that the promises are kept and what runs', async () => {
    const { page, faults } = await setting.signIn(browser, 'Olga, ops', '/now');
    await page.goto(setting.url);
    expect(page.url()).toBe(`${setting.url}/now`);
    await eventually(async () => {
      await page.reload();
      const text = await page.getByRole('main').innerText();
      expect(text.match(/Yes\./g)).toHaveLength(4);
      for (const service of ['gateway', 'scheduling', 'reminders', 'payouts'])
        expect(text).toMatch(new RegExp(`${service} \\d+\\.\\d+\\.\\d+.*: 1 instance`));
      expect(text).toContain('no Prometheus is set');
    });
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('someone with neither role is told so, and a sign-in nobody began is refused', async () => {
    const { page } = await setting.signIn(browser, 'Carla, customer', '/approvals');
    await page.goto(setting.url);
    await page.getByText('you have neither role').waitFor();
    expect((await page.goto(`${setting.url}/approvals`))?.status()).toBe(403);
    expect((await page.goto(`${setting.url}/callback?code=a&state=b`))?.status()).toBe(400);
    await page
      .getByRole('button', { name: 'Sign in again' })
      .or(page.getByRole('link', { name: 'Sign in again' }))
      .waitFor();
    await page.context().close();
  });

  test('finance approves several payouts at once, with a result for each', async () => {
    const [first, second] = [await setting.journey.awaitingApproval(), await setting.journey.awaitingApproval()];
    const { page, faults } = await setting.signIn(browser, 'Fay, finance', '/approvals');
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    await page.getByRole('button', { name: 'Approve …' }).click();
    await page.getByRole('heading', { name: /^Approve: \d+ payouts, EUR/ }).waitFor();
    // Somebody is faster with the second one, after the review.
    await setting.journey.finance.approvePayout({ params: { id: second.id } });
    await page
      .locator('#review')
      .getByRole('button', { name: /^Approve: / })
      .click();

    await sees(page, 'Not done: 1');
    await sees(page, 'someone else changed it since you opened the page. It is now approved.');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('outcome');
    const { approvals, status } = await setting.journey.finance.getPayout({ params: { id: first.id } });
    expect({ approvals: approvals.length, status }).toEqual({ approvals: 1, status: 'APPROVED' });
    expect(new URL(page.url()).search).toBe('?status=AWAITING_APPROVAL');
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('two people who act at once see who was first', async () => {
    const { id } = await setting.journey.awaitingApproval();
    const [fay, finn] = [
      await setting.signIn(browser, 'Fay, finance', `/payouts/${id}`),
      await setting.signIn(browser, 'Finn, finance', `/payouts/${id}`),
    ];
    await fay.page.getByRole('button', { name: 'Approve' }).click();
    await sees(fay.page, 'Approved.');
    await finn.page.getByRole('button', { name: 'Approve' }).click();
    await sees(finn.page, 'Not done: someone else changed it');
    const payout = await setting.journey.finance.getPayout({ params: { id } });
    expect(payout.approvals.length).toBe(1);
    await fay.page.context().close();
    await finn.page.context().close();
  });

  test('finance blocks a payout, lifts the hold, approves it and marks it as paid', async () => {
    const { id } = await setting.journey.awaitingApproval();
    const { page, faults } = await setting.signIn(browser, 'Fay, finance', `/payouts/${id}`);
    const act = async (name: string, outcome: string, text?: string) => {
      const form = page.locator('form', { has: page.getByRole('button', { name, exact: true }) });
      if (text) await form.getByRole('textbox').fill(text);
      await form.getByRole('button', { name, exact: true }).click();
      await sees(page, outcome);
    };
    await act('Block', 'Blocked.', 'Is <b>this</b> real?');
    await page.getByText('Manual: Is <b>this</b> real?').first().waitFor();
    await act('Lift holds', 'Awaiting approval.', 'It is');
    await act('Approve', 'Approved.');
    await act('Mark as paid', 'Paid.', 'SEPA 1742');
    await page.getByText('There is nothing for you to do').waitFor();
    const { status, paymentReference } = await setting.journey.finance.getPayout({ params: { id } });
    expect({ status, paymentReference }).toEqual({ status: 'PAID', paymentReference: 'SEPA 1742' });
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('a requested account is a warning in the list, and another person confirms it', async () => {
    const { id, providerId } = await setting.journey.awaitingApproval();
    await setting.journey.finance.putPayoutAccount({ params: { id: providerId }, body: { account } });
    const { page } = await setting.signIn(browser, 'Fay, finance', '/approvals');
    await page.getByText('A change of the account awaits confirmation').first().waitFor();
    await page.goto(`${setting.url}/payouts/${id}`);
    await page.getByRole('button', { name: 'Confirm the account' }).click();
    await sees(page, `Account ${account}: Confirmed.`);
    await page.getByText('The account changed today').waitFor();
    await page.context().close();
  });

  test('ops blocks payouts and does not approve; finance does not search assignments', async () => {
    const payout = await setting.journey.awaitingApproval();
    const olga = await setting.signIn(browser, 'Olga, ops', `/payouts/${payout.id}`);
    expect(await olga.page.locator('main form button').allInnerTexts()).toEqual(['Block']);
    expect(
      await post(olga.page, `/payouts/${payout.id}`, { act: 'approve', version: String(payout.version) }),
    ).toContain('Not done: Only finance may approve a payout.');
    const fay = await setting.signIn(browser, 'Fay, finance', '/approvals');
    expect(await fay.page.getByRole('navigation', { name: 'Pages' }).getByRole('link').allInnerTexts()).toEqual([
      'Punctual',
      'Approvals',
      'Drift and exports',
      'Audit',
    ]);
    expect((await fay.page.goto(`${setting.url}/assignments`))?.status()).toBe(403);
    await olga.page.context().close();
    await fay.page.context().close();
  });

  test('a form of another session or another site does nothing', async () => {
    const { id, version } = await setting.journey.awaitingApproval();
    const { page } = await setting.signIn(browser, 'Fay, finance', '/approvals');
    const order = { act: 'approve', version: String(version) };
    expect(await post(page, `/payouts/${id}`, order, { csrf: 'another' })).toContain('Nothing was done.');
    expect(await post(page, `/payouts/${id}`, order, { origin: 'https://elsewhere.example' })).toContain(
      'Nothing was done.',
    );
    expect((await setting.journey.finance.getPayout({ params: { id } })).version).toBe(version);
    await page.context().close();
  });

  test('a form that is sent twice acts once', async () => {
    const { id, version } = await setting.journey.awaitingApproval();
    const { page } = await setting.signIn(browser, 'Fay, finance', '/approvals');
    const block = { act: 'block', version: String(version), text: 'A look first', attempt: randomUUID() };
    for (const _ of [1, 2]) expect(await post(page, `/payouts/${id}`, block)).toContain('Blocked.');
    expect((await setting.journey.finance.getPayout({ params: { id } })).holds.length).toBe(1);
    await page.context().close();
  });

  test('an expired token is renewed, and without a refresh token a form is not lost without a word', async () => {
    const { id, version } = await setting.journey.awaitingApproval();
    const { page } = await setting.signIn(browser, 'Fay, finance', '/approvals');
    const seal = createSeal(setting.secret, 'session', Sealed);
    const change = async (tokens: (tokens: z.infer<typeof Sealed>['tokens'], access: string) => object) => {
      const session = await seal.open(await sessionOf(page));
      if (!session) throw new Error('The cookie cannot be opened.');
      const access = await setting.world.environment.issuer.token({ roles: ['finance'], expiresIn: -60 });
      const value = await seal.close(
        { ...session, tokens: tokens(session.tokens, access) as typeof session.tokens },
        600,
      );
      await page.context().addCookies([{ name: 'session', value, url: setting.url, httpOnly: true, sameSite: 'Lax' }]);
    };
    await change((tokens, access) => ({ ...tokens, access }));
    await page.goto(`${setting.url}/approvals`);
    await page.getByRole('heading', { name: 'Approvals' }).waitFor();
    expect(page.url()).toBe(`${setting.url}/approvals`);

    await page.goto(`${setting.url}/payouts/${id}`);
    await change((_, access) => ({ access }));
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your session has ended. Nothing was done.').waitFor();
    expect((await setting.journey.finance.getPayout({ params: { id } })).version).toBe(version);
    await page.getByRole('button', { name: 'Sign in again' }).click();
    await page.waitForURL(`${setting.url}/payouts/${id}`);
    await page.context().close();
  });

  test('ops finds assignments by id, title, person and status, and pages through them', async () => {
    const customer = await setting.world.user('customer');
    const give = async () => giveJob(customer, await setting.world.user('provider'));
    const [visit] = await Promise.all(Array.from({ length: 26 }, give));
    if (!visit) throw new Error('There is no visit.');
    const { page, faults } = await setting.signIn(browser, 'Olga, ops', '/assignments');
    const search = async (text: string) => {
      await page.getByRole('searchbox').fill(text);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.waitForURL((url) => url.searchParams.get('search') === text);
      return page.locator('tbody tr').count();
    };
    expect(await search(visit.assignmentId)).toBe(1);
    expect(await search(visit.jobId)).toBe(1);
    expect(await search(customer.id)).toBe(25);
    await page.getByRole('link', { name: 'Next page' }).click();
    await page.waitForURL(/cursor=/);
    expect(await page.locator('tbody tr').count()).toBe(1);
    expect(await search('TAP DRIPS')).toBe(25);
    expect(await search(randomUUID())).toBe(0);
    await page.goto(`${setting.url}/assignments?customerId=${customer.id}&status=CONFIRMED`);
    await page.getByText('No assignment matches').waitFor();
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('an assignment shows schedule, events, reminders and payout in one timeline', async () => {
    const payout = await setting.journey.awaitingApproval();
    const path = `/assignments/${payout.assignmentId}`;
    const olga = await setting.signIn(browser, 'Olga, ops', path);
    const timeline = await olga.page.getByRole('region', { name: 'Timeline' }).innerText();
    for (const text of [
      'schedule.proposed by',
      'schedule.confirmed version',
      'payouts-schedule: ',
      'payout.awaiting_approval',
    ])
      expect(timeline).toContain(text);
    await olga.page.getByRole('link', { name: 'Awaiting approval' }).waitFor();
    const fay = await setting.signIn(browser, 'Fay, finance', path);
    expect(await fay.page.getByRole('region', { name: 'Timeline' }).innerText()).toContain('payout.awaiting_approval');
    await olga.page.context().close();
    await fay.page.context().close();
  });

  test('ops proposes a window for both sides after a look at it', async () => {
    const visit = await setting.journey.proposed();
    const path = `/assignments/${visit.assignmentId}`;
    const { page, faults } = await setting.signIn(browser, 'Olga, ops', path);
    await page.getByRole('button', { name: 'Propose a window …' }).click();
    const review = page.getByRole('region', { name: 'Propose a window?' });
    await review.getByText('planned reminders will not be sent').waitFor();
    const check = async (start: string, end: string) => {
      await review.getByLabel('Start').fill(start);
      await review.getByLabel('End').fill(end);
      await review.getByRole('button', { name: 'Check the window' }).click();
    };
    await check('2020-01-01T10:00', '2020-01-01T11:00');
    await review.getByRole('alert').waitFor();
    const day = Temporal.Now.plainDateISO('UTC').add({ days: 9 });
    await check(`${day}T10:00`, `${day}T11:30`);
    await review.getByText(/There: .*, 10:00 to .*, 11:30/).waitFor();
    await review.getByRole('button', { name: 'Propose a window' }).click();
    await sees(page, 'Proposed.');
    const { scheduleProposedBy, localStart } = await setting.journey.customer.getAssignment({
      params: { id: visit.assignmentId },
    });
    expect(scheduleProposedBy).toBe('SYSTEM');
    expect(localStart).toContain(`${day}T10:00`);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('ops disputes and completes a visit, and cancels nothing that changed meanwhile', async () => {
    const visit = await setting.journey.begun();
    const path = `/assignments/${visit.assignmentId}`;
    const olga = await setting.signIn(browser, 'Olga, ops', path);
    const review = async (act: string) => {
      await olga.page.getByRole('button', { name: `${act} …` }).click();
      return olga.page.getByRole('region', { name: `${act}?` });
    };
    const dispute = await review('Dispute');
    await dispute.getByText('is blocked until finance lifts the hold').waitFor();
    await dispute.getByLabel('What it is about').selectOption('QUALITY');
    await dispute.getByLabel('Reason').fill('The tap still drips');
    await dispute.getByRole('button', { name: 'Dispute' }).click();
    await sees(olga.page, 'Confirmed.');

    const cancel = await review('Cancel');
    await cancel.getByLabel('Reason').fill('Nobody is there');
    await visit.provider.completeAssignment({ params: { id: visit.assignmentId } });
    await cancel.getByRole('button', { name: 'Cancel' }).click();
    await sees(olga.page, 'Not done: someone else changed it since you opened the page. It is now completed.');
    expect(await post(olga.page, path, { act: 'cancel' })).toContain('The form lacks the act or the version');

    const fay = await setting.signIn(browser, 'Fay, finance', `${path}?act=cancel`);
    expect(await fay.page.getByRole('region', { name: 'Acts' }).count()).toBe(0);
    await olga.page.context().close();
    await fay.page.context().close();
  });

  // Without a store the assignment only shows the ids of its traces.
  test.skipIf(!canStoreTraces)('a trace is drawn as a waterfall', async () => {
    const id = await sendSpan(String(jaeger?.otlp), { ms: 1_500 });
    const { page, faults } = await setting.signIn(browser, 'Olga, ops', '/assignments');
    await eventually(async () => {
      const response = await page.goto(`${setting.url}/traces/${id}`);
      if (response?.status() !== 200) throw new Error('The trace has not arrived.');
    });
    await page.getByText('1.50 s', { exact: true }).click();
    await page.getByText('server, started').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    expect((await page.goto(`${setting.url}/traces/${'0'.repeat(32)}`))?.status()).toBe(404);
    expect((await page.goto(`${setting.url}/traces/%00..`))?.status()).toBe(404);
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    await page.context().close();
  });

  test('times are in the zone of the browser, with UTC on hover', async () => {
    const { page } = await setting.signIn(browser, 'Olga, ops', '/assignments?sort=-start');
    const zone = await page.evaluate(() => new Intl.DateTimeFormat().resolvedOptions().timeZone);
    await page.waitForFunction((zone) => document.documentElement.dataset.zone === zone, zone);
    await page.context().addCookies([{ name: 'zone', value: 'Asia%2FTokyo', url: setting.url }]);
    await page.route('**/console.js', (route) => route.abort());
    await page.reload();
    const time = page.locator('tbody time').last();
    const [utc, text] = [await time.getAttribute('title'), await time.innerText()];
    expect(utc).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    expect(text).not.toBe('');
    expect(await page.evaluate(() => document.documentElement.dataset.zone)).toBe('Asia/Tokyo');
    await page.context().close();
  });

  test('payouts are exported as CSV', async () => {
    const { id } = await setting.journey.awaitingApproval();
    const { page } = await setting.signIn(browser, 'Fay, finance', '/drift');
    await page.getByText('Payouts and events agree').waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('AWAITING_APPROVAL');
    await page.getByRole('button', { name: 'Download CSV' }).click();
    const stream = await (await download).createReadStream();
    const text = Buffer.concat(await stream.toArray()).toString();
    expect(text).toContain('id,assignmentId');
    expect(text).toContain(id);
    await page.context().close();
  });

  test('every page is accessible and reports nothing, wide and narrow, light and dark', async () => {
    const payout = await setting.journey.awaitingApproval(200_000);
    const { page, faults } = await setting.signIn(browser, 'Olga, ops', '/reminders');
    const paths = [
      '/now',
      '/approvals',
      `/payouts/${payout.id}`,
      '/assignments',
      `/assignments/${payout.assignmentId}`,
      '/reminders',
      '/drift',
    ];
    for (const path of paths) {
      await page.goto(`${setting.url}${path}`);
      const name = `console${path.replace(/\/[\da-f-]{36}/, '-one').replace('/', '-')}`;
      await inEveryView(page, async ({ width, scheme }) => {
        const place = `${path} ${width} ${scheme}`;
        expect(await axeViolations(page), place).toEqual([]);
        expect((await brokenLayout(page)).overflow, place).toBe(0);
        await keepPicture(page, `${name}-${width}-${scheme}`);
      });
    }
    expect(faults).toEqual([]);
    await page.context().close();
  });

  const Sealed = z.object({
    tokens: z.object({ access: z.string(), refresh: z.string().optional() }),
    name: z.string(),
    csrf: z.string(),
    until: z.number(),
  });

  const post = async (...form: Parameters<typeof postForm>) => (await postForm(...form)).text();
});
