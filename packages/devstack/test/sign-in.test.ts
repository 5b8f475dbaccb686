import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  ClientSecretBasic,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
} from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, freePort, type Issuer, startIssuer } from '../src/index.ts';
import { people } from '../src/open-id/people.ts';
import { createVisitor, type Page, type Visitor } from './visitor.ts';

const redirectUri = 'http://127.0.0.1:4001/callback';
const scope = 'openid profile offline_access';
const fay = people.find(({ name }) => name === 'Fay');
const someone = '5d1f9a52-6a0e-4c7b-9d52-0c4d2f6b7a11';

let issuer: Issuer;
let config: Configuration;

const discover = (secret = 'console') =>
  discovery(new URL(issuer.issuer), 'console', undefined, ClientSecretBasic(secret), {
    execute: [allowInsecureRequests],
  });

beforeAll(async () => {
  issuer = await startIssuer({ consoles: ['https://console.example/'] });
  config = await discover();
});
afterAll(() => issuer.stop());

type Start = { visitor: Visitor; url: string; verifier: string; state: string };

async function start(parameters: Record<string, string> = {}): Promise<Start> {
  const [verifier, state] = [randomPKCECodeVerifier(), randomState()];
  const url = buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...parameters,
  });
  return { visitor: createVisitor(issuer.issuer), url: url.href, verifier, state };
}

/** Chooses on the page, and exchanges the code that comes back. */
async function signIn(form: Record<string, string | string[]>, parameters: Record<string, string> = {}) {
  const { visitor, url, verifier, state } = await start(parameters);
  const page = await visitor.open(url);
  const back = await visitor.open(page.url, { method: 'POST', form });
  const tokens = await authorizationCodeGrant(config, new URL(back.url), {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  return { visitor, tokens, code: new URL(back.url).searchParams.get('code') ?? '', verifier };
}

const verify = (token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(issuer.jwksUrl)), {
    issuer: issuer.issuer,
    audience: issuer.audience,
    algorithms: ['ES256'],
  });

const refresh = async (token: string | undefined) => refreshTokenGrant(config, token ?? '');
const errorOf = ({ url }: Page) => /[?#&]error=(\w+)/.exec(url)?.[1];

test('announces only addresses of the issuer', () => {
  const metadata = config.serverMetadata();
  expect(metadata).toMatchObject({
    issuer: issuer.issuer,
    jwks_uri: issuer.jwksUrl,
    token_endpoint: `${issuer.issuer}/oauth/token`,
    code_challenge_methods_supported: ['S256'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
  });
  const addresses = Object.values(metadata).filter((value) => String(value).startsWith('http'));
  expect(addresses.filter((address) => new URL(String(address)).origin !== issuer.issuer)).toEqual([]);
});

test('announces the same addresses whichever name it is reached by', async () => {
  const other = new URL('/.well-known/openid-configuration', issuer.issuer);
  other.hostname = 'localhost';
  const headers = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
  expect(await (await fetch(other, { headers })).json()).toMatchObject({
    authorization_endpoint: `${issuer.issuer}/oauth/authorize`,
  });
});

describe('a sign-in', () => {
  test('gives an access token as services accept it, and an ID token with the name', async () => {
    const { tokens } = await signIn({ person: String(fay?.sub) });
    const { payload, protectedHeader } = await verify(tokens.access_token);
    expect(payload).toMatchObject({ sub: fay?.sub, roles: ['finance'] });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
    expect(tokens.claims()).toMatchObject({ sub: fay?.sub, name: 'Fay', roles: ['finance'], aud: 'console' });
    expect(tokens.expires_in).toBe(3600);
  });

  test('takes a typed user with any roles', async () => {
    const { tokens } = await signIn({ sub: ` ${someone.toUpperCase()} `, role: ['ops', 'finance'] });
    expect((await verify(tokens.access_token)).payload).toMatchObject({ sub: someone, roles: ['ops', 'finance'] });
  });

  test('makes a new user when none is typed', async () => {
    const subjects = [await signIn({ sub: '' }), await signIn({})].map(({ tokens }) => tokens.claims()?.sub);
    expect(new Set(subjects).size).toBe(2);
  });

  test('leads back to localhost and to a configured console as well', async () => {
    for (const uri of ['http://localhost:9/callback', 'https://console.example/callback'])
      expect((await signIn({ person: String(fay?.sub) }, { redirect_uri: uri })).tokens.token_type).toBe('bearer');
  });

  test('asks nothing of a browser that has signed in, unless told to', async () => {
    const { visitor } = await signIn({ person: String(fay?.sub) });
    expect(new URL((await visitor.open((await start()).url)).url).searchParams.get('code')).toBeTruthy();
    expect(
      new URL((await visitor.open((await start({ prompt: 'consent' })).url)).url).searchParams.get('code'),
    ).toBeTruthy();
    const again = await start({ prompt: 'login' });
    expect((await visitor.open(again.url)).text).toContain('Choose a person');
  });

  test('is asked for again once a hundred others have signed in', async () => {
    const { visitor, tokens } = await signIn({ sub: someone, role: 'ops' });
    const { visitor: others, url } = await start();
    const page = await others.open(url);
    for (let count = 0; count < 100; count += 1)
      await others.open(page.url, { method: 'POST', form: { sub: '' }, follow: false });

    expect((await visitor.open((await start()).url)).text).toContain('Choose a person');
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('shows who can be picked, for development only', async () => {
    const { visitor, url } = await start();
    const { status, text, headers } = await visitor.open(url);
    expect(status).toBe(200);
    for (const { sub, name, roles } of people) expect(text).toContain(`value="${sub}">${name}, ${roles}</button>`);
    expect(text).toContain('For development only');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['a user ID that is no UUID', { sub: 'fay' }, 'not a UUID'],
    ['a role that does not exist', { role: 'root' }, 'The roles are'],
    ['a person who does not exist', { person: someone }, 'no such person'],
    ['markup', { sub: '<script>' }, 'not a UUID'],
  ])('explains what is wrong with %s and can go on', async (_, form, reason) => {
    const { visitor, url } = await start();
    const page = await visitor.open(url);
    const refused = await visitor.open(page.url, { method: 'POST', form });
    expect([refused.status, refused.text.includes(reason)]).toEqual([400, true]);
    const back = await visitor.open(page.url, { method: 'POST', form: { person: String(fay?.sub) } });
    expect(new URL(back.url).searchParams.get('code')).toBeTruthy();
  });
});

describe('refuses', () => {
  test.each([
    ['a request without PKCE', { code_challenge: '', code_challenge_method: '' }],
    ['plain PKCE', { code_challenge_method: 'plain' }],
    ['another response type', { response_type: 'id_token' }],
    ['a resource that is not the API', { resource: 'urn:elsewhere' }],
    ['silence without a session', { prompt: 'none' }],
  ])('%s', async (_, parameters) => {
    const { visitor, url } = await start(parameters);
    const page = await visitor.open(url);
    expect([new URL(page.url).pathname, errorOf(page)]).toEqual(['/callback', expect.any(String)]);
  });

  test.each([
    ['another host', 'http://evil.example/callback'],
    ['another path', 'http://127.0.0.1:4001/elsewhere'],
    ['a query', `${redirectUri}?next=http://evil.example`],
    ['a user in it', 'http://127.0.0.1:4001@evil.example/callback'],
    ['another scheme', 'javascript:alert(1)//127.0.0.1/callback'],
    ['nothing', ''],
    ['no URL', '::'],
  ])('a redirect URI with %s', async (_, uri) => {
    const { visitor, url } = await start({ redirect_uri: uri });
    const page = await visitor.open(url);
    expect([page.status, new URL(page.url).pathname]).toEqual([400, '/oauth/authorize']);
    expect(page.text).toContain('redirect_uri');
  });

  test('a wrong client secret', async () => {
    const { tokens } = await signIn({ person: String(fay?.sub) });
    await expect(refreshTokenGrant(await discover('guessed'), String(tokens.refresh_token))).rejects.toMatchObject({
      status: 401,
    });
  });

  test('a code with another verifier, or twice', async () => {
    const { visitor, url, state } = await start();
    const page = await visitor.open(url);
    const back = new URL((await visitor.open(page.url, { method: 'POST', form: { sub: '' } })).url);
    const checks = { pkceCodeVerifier: randomPKCECodeVerifier(), expectedState: state };
    await expect(authorizationCodeGrant(config, back, checks)).rejects.toMatchObject({ error: 'invalid_grant' });

    const { tokens, code, verifier } = await signIn({ sub: '' });
    const again = new URL(`${redirectUri}?code=${code}&iss=${encodeURIComponent(issuer.issuer)}`);
    await expect(authorizationCodeGrant(config, again, { pkceCodeVerifier: verifier })).rejects.toMatchObject({
      error: 'invalid_grant',
    });
    // The code has leaked, so what it gave is worth nothing any more.
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('the page of a sign-in without its cookie', async () => {
    const { visitor, url } = await start();
    const page = await visitor.open(url);
    const stranger = await createVisitor(issuer.issuer).open(page.url, { method: 'POST', form: { sub: '' } });
    expect([stranger.status, stranger.text.includes('This sign-in has ended')]).toEqual([400, true]);
  });

  test('other methods and a large form on the page', async () => {
    const { visitor, url } = await start();
    const page = await visitor.open(url);
    expect((await visitor.open(page.url, { method: 'PUT' })).status).toBe(405);
    const large = await visitor.open(page.url, { method: 'POST', form: { sub: 'x'.repeat(20_000) } });
    expect([large.status, large.headers.get('connection')]).toEqual([413, 'close']);
  });
});

describe('a refresh', () => {
  test('gives new tokens, and a used refresh token ends them all', async () => {
    const { tokens } = await signIn({ sub: someone, role: 'finance' });
    const renewed = await refresh(tokens.refresh_token);
    expect(renewed.refresh_token).not.toBe(tokens.refresh_token);
    expect((await verify(renewed.access_token)).payload).toMatchObject({ sub: someone, roles: ['finance'] });
    expect(renewed.claims()).toMatchObject({ sub: someone });

    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refresh(renewed.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });
});

describe('a sign-out', () => {
  const signOut = async (visitor: Visitor, idToken: string | undefined, back = 'http://127.0.0.1:4001/') => {
    const parameters = { id_token_hint: idToken ?? '', post_logout_redirect_uri: back, state: 'kept' };
    const page = await visitor.open(buildEndSessionUrl(config, parameters).href);
    const xsrf = /name="xsrf" value="(\w+)"/.exec(page.text)?.[1] ?? '';
    const confirm = `${issuer.issuer}/oauth/end-session/confirm`;
    return { page, left: await visitor.open(confirm, { method: 'POST', form: { xsrf, logout: 'yes' } }) };
  };

  test('ends the session and the refresh token, and leads back to the console', async () => {
    const { visitor, tokens } = await signIn({ person: String(fay?.sub) });
    const { page, left } = await signOut(visitor, tokens.id_token);
    expect(page.text).toContain('<button form="op.logoutForm">Sign out</button>');
    expect(left.url).toBe('http://127.0.0.1:4001/?state=kept');
    expect((await visitor.open((await start()).url)).text).toContain('Choose a person');
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  test('leads to no other address', async () => {
    const { visitor, tokens } = await signIn({ person: String(fay?.sub) });
    const { page } = await signOut(visitor, tokens.id_token, 'http://evil.example/');
    expect([page.status, page.text.includes('post_logout_redirect_uri not registered')]).toEqual([400, true]);
  });

  test('happens to nobody whom another page sends here', async () => {
    const { visitor } = await signIn({ person: String(fay?.sub) });
    const form = { xsrf: 'guessed', logout: 'yes' };
    expect((await visitor.open(`${issuer.issuer}/oauth/end-session/confirm`, { method: 'POST', form })).status).toBe(
      400,
    );
    const asked = await visitor.open(`${issuer.issuer}/oauth/end-session`);
    expect([asked.status, asked.text.includes('<script>')]).toEqual([200, false]);
  });

  test('without a console ends on a page that says so', async () => {
    const { visitor } = await signIn({ person: String(fay?.sub) });
    const asked = await visitor.open(`${issuer.issuer}/oauth/end-session`);
    const xsrf = /name="xsrf" value="(\w+)"/.exec(asked.text)?.[1] ?? '';
    const confirm = `${issuer.issuer}/oauth/end-session/confirm`;
    expect((await visitor.open(confirm, { method: 'POST', form: { xsrf, logout: 'yes' } })).text).toContain(
      'Signed out',
    );
  });
});

describe('over HTTP', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const console_ = `Basic ${btoa('console:console')}`;

  test.each([
    ['GET', '/oauth/authorize', {}],
    ['GET', '/oauth/authorize?client_id=other&response_type=code', {}],
    ['GET', '/oauth/authorize?client_id=console&client_id=console', {}],
    ['GET', '/oauth/authorize?client_id=console&scope=%00&state=%ff', {}],
    ['GET', '/oauth/authorize/unknown', {}],
    ['GET', '/oauth/authorize/%E0%A4%A', {}],
    ['POST', '/oauth/authorize', { headers: form, body: 'client_id=console' }],
    ['GET', '/oauth/token', {}],
    ['POST', '/oauth/token', {}],
    ['POST', '/oauth/token', { headers: { 'content-type': 'application/json' }, body: '{' }],
    ['POST', '/oauth/token', { headers: { ...form, authorization: 'Basic !' }, body: 'grant_type=refresh_token' }],
    ['POST', '/oauth/token', { headers: { ...form, authorization: console_ }, body: 'grant_type=refresh_token' }],
    ['POST', '/oauth/token', { headers: { ...form, authorization: console_ }, body: 'grant_type=password' }],
    [
      'POST',
      '/oauth/token',
      { headers: { ...form, authorization: console_ }, body: `grant_type=${'x'.repeat(80_000)}` },
    ],
    [
      'POST',
      '/oauth/token',
      { headers: { ...form, authorization: console_ }, body: 'grant_type=authorization_code&code=%00' },
    ],
    ['GET', '/oauth/end-session?id_token_hint=x', {}],
    ['GET', '/oauth/end-session?id_token_hint=e30.e30.e30', {}],
    ['GET', '/oauth/end-session?client_id=other', {}],
    ['POST', '/oauth/end-session/confirm', { headers: form, body: 'xsrf=x' }],
    ['GET', '/oauth/', {}],
    ['GET', '/oauth/../token', {}],
    ['GET', '/sign-in/', {}],
    ['GET', '/sign-in/unknown', {}],
    ['POST', '/sign-in/unknown', { body: 'person=x' }],
    ['DELETE', '/.well-known/openid-configuration', {}],
  ])('answers %s %s with a client error', async (method, path, init) => {
    const { status } = await fetch(`${issuer.issuer}${path}`, { method, redirect: 'manual', ...init });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  test('answers only requests for its own host', async () => {
    for (const path of ['/.well-known/openid-configuration', '/oauth/authorize', '/sign-in/x']) {
      const status = await new Promise((resolve, reject) => {
        request(`${issuer.issuer}${path}`, { headers: { host: 'evil.example' } }, (response) =>
          resolve(response.resume().statusCode),
        )
          .on('error', reject)
          .end();
      });
      expect(status).toBe(421);
    }
  });
});

test('prints nothing to a terminal', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const program = fileURLToPath(new URL('../src/cli/issuer.ts', import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { HOST: '127.0.0.1', PORT: String(port), ISSUER: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  await eventually(async () => (await fetch(`${url}/.well-known/openid-configuration`)).ok);
  await createVisitor(url).open(`${url}/oauth/authorize?client_id=console`);
  child.kill('SIGTERM');
  expect(await printed).toEqual([`Issues tokens as ${url}, keys at ${url}/.well-known/jwks.json\n`, '']);
});
