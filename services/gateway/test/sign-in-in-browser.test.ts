import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  axeViolations,
  type Browser,
  brokenLayout,
  browserTests,
  keepPicture,
  startBrowser,
  views,
} from '@punctual/testkit/browser';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { call, type Gateway, startGateway } from './gateway.ts';

const { name, program } = await browserTests('in a browser');

// On a busy machine a browser takes its time.
describe.skipIf(!program)(name, { timeout: 180_000 }, () => {
  const verifier = randomBytes(32).toString('base64url');
  const form = {
    'content-type': 'application/x-www-form-urlencoded',
    authorization: `Basic ${btoa('console:console')}`,
  };
  let gateway: Gateway;
  let client: Server;
  let clientUrl: string;
  let browser: Browser;

  beforeAll(async () => {
    gateway = await startGateway();
    client = createServer((_, response) => response.end('back')).listen(0, '127.0.0.1');
    await once(client, 'listening');
    clientUrl = `http://127.0.0.1:${(client.address() as AddressInfo).port}`;
    browser = await startBrowser(String(program));
  });

  afterAll(async () => {
    await browser?.close();
    client?.close();
    await gateway?.stop();
  });

  const signInUrl = (more: Record<string, string> = {}) => {
    const parameters = {
      ...more,
      client_id: 'console',
      response_type: 'code',
      redirect_uri: `${clientUrl}/callback`,
      scope: 'openid profile offline_access',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    return `${gateway.issuer.issuer}/oauth/authorize?${new URLSearchParams(parameters)}`;
  };

  const exchange = async (code: string) => {
    const parameters = { grant_type: 'authorization_code', code, redirect_uri: `${clientUrl}/callback` };
    const body = new URLSearchParams({ ...parameters, code_verifier: verifier });
    const answer = await fetch(`${gateway.issuer.issuer}/oauth/token`, { method: 'POST', headers: form, body });
    return (await answer.json()) as { access_token: string; id_token: string };
  };

  test.each(views)('the page to sign in is accessible at %j', async (view) => {
    const { page, faults } = await browser.open(signInUrl(), view);
    await keepPicture(page, `sign-in-${view.width}-${view.scheme}`);
    expect(await axeViolations(page)).toEqual([]);
    expect((await brokenLayout(page)).overflow).toBe(0);
    expect(faults).toEqual([]);
    await page.context().close();
  });

  test('a person who signs in gets a token that the gateway accepts, changes and signs out', async () => {
    const { page, faults } = await browser.open(signInUrl(), { width: 1280, scheme: 'light' });
    await page.getByRole('button', { name: 'Fay, finance' }).click();
    await page.waitForURL(`${clientUrl}/callback?**`);
    const { access_token, id_token } = await exchange(new URL(page.url()).searchParams.get('code') ?? '');

    const statusWith = async (token: string) =>
      (await call(gateway.url, 'GET', '/payouts', { headers: { authorization: `Bearer ${token}` } })).status;
    // The gateway has no payouts behind it here.
    expect([await statusWith(access_token), await statusWith(id_token)]).toEqual([503, 401]);

    // The provider ends Fay's session by a form that its own script sends.
    await page.goto(signInUrl({ prompt: 'login' }));
    await page.getByRole('button', { name: 'Finn, finance' }).click();
    await page.waitForURL(`${clientUrl}/callback?**`);
    const finns = await exchange(new URL(page.url()).searchParams.get('code') ?? '');
    expect(Buffer.from(String(finns.id_token.split('.')[1]), 'base64url').toString()).toContain('"name":"Finn"');

    const signOut = new URLSearchParams({ id_token_hint: finns.id_token, post_logout_redirect_uri: `${clientUrl}/` });
    await page.goto(`${gateway.issuer.issuer}/oauth/end-session?${signOut}`);
    await page.waitForURL(`${clientUrl}/`);
    await page.goto(signInUrl());
    await page.getByRole('textbox', { name: 'User ID' }).waitFor();
    expect(faults.filter((fault) => !fault.startsWith(`request to ${clientUrl}`))).toEqual([]);
    await page.context().close();
  });
});
