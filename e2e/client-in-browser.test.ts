/// <reference lib="dom" />
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findChromium, Unavailable } from '@punctual/devstack';
import { confirm, eventually, giveJob, propose, startTestStack, type TestStack, type Visit } from '@punctual/testkit';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** What a tab of the app holds. */
declare global {
  var punctual: typeof import('@punctual/client');
  var app: {
    client: import('@punctual/client').Client;
    queue: import('@punctual/client').Queue;
    outcomes: string[];
    changes: string[];
  };
}

const html = `<title>App</title>
<script type="module">import * as punctual from '/index.js'; Object.assign(globalThis, { punctual })</script>`;

const program = await findChromium({ log: () => undefined }).catch((error: unknown) => {
  if (error instanceof Unavailable) return undefined;
  throw error;
});

describe.skipIf(!program)(`in a browser${program ? '' : ' (skipped: there is no Chromium here)'}`, () => {
  let folder: string;
  let server: Server;
  let origin: string;
  let world: TestStack;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'punctual-client-'));
    const build = join(import.meta.dirname, '../packages/client/src/build/build-package.ts');
    await promisify(execFile)(process.execPath, [build, folder]);
    server = createServer(async ({ url = '/' }, response) => {
      const file = url === '/' ? undefined : await readFile(join(folder, url)).catch(() => undefined);
      response.setHeader('content-type', file ? 'text/javascript' : 'text/html').end(file ?? html);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    world = await startTestStack('client-in-browser', { environment: { CORS_ORIGINS: origin } });
    browser = await chromium.launch({ executablePath: String(program), args: ['--no-sandbox', '--disable-gpu'] });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
    await world?.stop();
    await rm(folder, { recursive: true });
  });

  /** Opens the app in a tab, as a page from another origin than the API. */
  async function openTab(context: BrowserContext, user: { id: string; token: string }): Promise<Page> {
    const page = await context.newPage();
    await page.goto(origin);
    const { url } = world.stack.service('gateway');
    await page.evaluate(
      ({ url, id, token }) => {
        const { createClient, createQueue, indexedDbStorage } = globalThis.punctual;
        const [outcomes, changes]: string[][] = [[], []];
        const client = createClient({ url, token: () => token, retries: 0 });
        const queue = createQueue({
          client,
          userId: id,
          storage: indexedDbStorage(),
          onOutcome: ({ kind, intent }) => void outcomes?.push(`${kind} ${intent.name}`),
        });
        globalThis.app = { client, queue, outcomes: outcomes ?? [], changes: changes ?? [] };
      },
      { ...user, url },
    );
    return page;
  }

  const signIn = async (visit: Visit) => ({
    id: visit.provider.id,
    token: await world.environment.token('provider', visit.provider.id),
  });

  async function proposedVisit(): Promise<Visit> {
    const visit = await giveJob(await world.user('customer'), await world.user('provider'));
    await propose(visit);
    return visit;
  }

  test('a page of another origin sees ETags and follows the feed by server-sent events', async () => {
    const visit = await proposedVisit();
    const page = await openTab(await browser.newContext(), await signIn(visit));
    const etag = await page.evaluate(
      async (id) => (await app.client.getAssignment({ params: { id } }).withResponse()).etag,
      visit.assignmentId,
    );
    expect(etag).toBe('"1"');
    await page.evaluate(
      () =>
        new Promise<void>((opened) => {
          const follow = async () => {
            for await (const { type } of app.client.feed({ onStart: () => opened() })) app.changes.push(type);
          };
          follow();
        }),
    );
    await confirm(visit);
    await eventually(async () => expect(await page.evaluate(() => app.changes)).toContain('schedule.confirmed'));
  });

  test('a tab reads what another one has written under the same lock', async () => {
    const context = await browser.newContext();
    const user = await signIn(await proposedVisit());
    const tabs = await Promise.all([openTab(context, user), openTab(context, user)]);
    // With localStorage, about one in five is lost.
    const count = async () => {
      const storage = globalThis.punctual.indexedDbStorage();
      const add = async () => storage.setItem('count', `${Number(await storage.getItem('count')) + 1}`);
      for (let each = 0; each < 100; each += 1) await navigator.locks.request('count', add);
    };
    await Promise.all(tabs.map((tab) => tab.evaluate(count)));
    const read = () => globalThis.punctual.indexedDbStorage().getItem('count');
    expect(await Promise.all(tabs.map((tab) => tab.evaluate(read)))).toEqual(['200', '200']);
    await context.close();
  });

  test('localStorage, which two tabs can overwrite, is refused', async () => {
    const page = await openTab(await browser.newContext(), await signIn(await proposedVisit()));
    const refusal = page.evaluate(() => {
      const { client } = app;
      globalThis.punctual.createQueue({ client, userId: 'u', storage: localStorage, onOutcome: () => undefined });
    });
    await expect(refusal).rejects.toThrow('Use indexedDbStorage().');
  });

  test('two tabs offline queue in one storage, and send everything once and in order after a reload', async () => {
    const visit = await proposedVisit();
    const context = await browser.newContext();
    const user = await signIn(visit);
    const tabs = await Promise.all([openTab(context, user), openTab(context, user)]);
    await context.setOffline(true);
    await tabs[0].evaluate(
      (id) => app.queue.add('confirmSchedule', { params: { id }, ifMatch: 1 }).then(() => undefined),
      visit.assignmentId,
    );
    const reason = 'The van broke down';
    await Promise.all(
      tabs.map((tab, number) =>
        tab.evaluate(
          async ({ id, reason, number }) => {
            const input = { params: { id }, body: { kind: 'OTHER' as const, reason: `${reason} ${number}` } };
            await app.queue.add('disputeAssignment', input);
          },
          { id: visit.assignmentId, reason, number },
        ),
      ),
    );
    expect(await tabs[1].evaluate(async () => (await app.queue.pending()).length)).toBe(3);
    await tabs[1].close();
    await context.setOffline(false);
    const again = await openTab(context, user);
    await Promise.all([tabs[0], again].map((tab) => tab.evaluate(() => app.queue.flush())));
    expect(await again.evaluate(async () => (await app.queue.pending()).length)).toBe(0);

    const outcomes = await Promise.all([tabs[0], again].map((tab) => tab.evaluate(() => app.outcomes)));
    // Each side disputes once, so the second one is refused by the API.
    expect(outcomes.flat().sort()).toEqual([
      'DONE confirmSchedule',
      'DONE disputeAssignment',
      'REFUSED disputeAssignment',
    ]);
    const { items } = await visit.customer.getAssignmentTimeline({ params: { id: visit.assignmentId } });
    const types = items.map(({ type }) => type).filter((type) => type.startsWith('schedule.'));
    expect(types.filter((type) => type !== 'schedule.assigned')).toEqual([
      'schedule.proposed',
      'schedule.confirmed',
      'schedule.disputed',
    ]);
  });
});
