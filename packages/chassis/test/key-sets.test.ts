import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { AuthConfig, createAuthenticate, readConfig } from '../src/index.ts';

type Pair = { alg: string; privateKey: CryptoKey; jwk: JWK; secretJwk: JWK };

const iss = 'https://issuer.example';
const sub = randomUUID();
const refused = { code: 'unauthenticated' };

let server: Server;
let url: string;
/** What the issuer's server answers, as JSON or not. */
let published: unknown;
let first: Pair;
let second: Pair;
let rsa: Pair;
let edDsa: Pair;

beforeAll(async () => {
  [first, second, rsa, edDsa] = (await Promise.all(['ES256', 'ES256', 'RS256', 'EdDSA'].map(newPair))) as [
    Pair,
    Pair,
    Pair,
    Pair,
  ];
  server = createServer((_request, response) => {
    response.end(typeof published === 'string' ? published : JSON.stringify(published));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

afterEach(() => {
  vi.useRealTimers();
});

async function newPair(alg: string): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, privateKey, jwk: await exportJWK(publicKey), secretJwk: await exportJWK(privateKey) };
}

const now = () => Math.floor(Date.now() / 1_000);

/** A token that is good from and until so many seconds from now. */
function sign({ alg, privateKey }: Pair, { kid, nbf, exp = 3_600 }: { kid?: string; nbf?: number; exp?: number } = {}) {
  const token = new SignJWT({ roles: ['customer'] }).setProtectedHeader({ alg, ...(kid !== undefined && { kid }) });
  if (nbf !== undefined) token.setNotBefore(now() + nbf);
  return token
    .setSubject(sub)
    .setIssuer(iss)
    .setAudience('punctual')
    .setExpirationTime(now() + exp)
    .sign(privateKey);
}

/** A new one each time, which knows no keys yet. */
function authenticateWith(environment: Record<string, string> = {}) {
  const address = { AUTH_JWKS_URL: url, AUTH_ISSUER: iss, AUTH_AUDIENCE: 'punctual' };
  const authenticate = createAuthenticate({
    config: readConfig(AuthConfig, { ...address, ...environment }),
    logger: pino({ level: 'silent' }),
    lifecycle: { signal: new AbortController().signal },
  });
  return async (token: Promise<string>) => authenticate(`Bearer ${await token}`);
}

test.each([
  ['two keys of one name', { kid: 'a' }, { kid: 'a' }, 'a'],
  ['two keys without a name and a token without one', {}, {}, undefined],
  ['two keys without a name and a token with one', {}, {}, 'a'],
  ['two keys with names and a token without one', { kid: 'a' }, { kid: 'b' }, undefined],
  ['a key with a name, one without, and a token without', { kid: 'a' }, {}, undefined],
])('each of %s is tried', async (_case, one, other, kid) => {
  published = {
    keys: [
      { ...first.jwk, ...one },
      { ...second.jwk, ...other },
    ],
  };
  const present = authenticateWith();
  const named = kid === undefined ? {} : { kid };
  for (const pair of [first, second]) expect(await present(sign(pair, named))).toMatchObject({ id: sub });
  await expect(present(sign(await newPair('ES256'), named))).rejects.toMatchObject(refused);
  await expect(present(sign(second, { ...named, exp: -60 }))).rejects.toMatchObject({
    ...refused,
    message: 'The token has expired.',
  });
});

test('a key with a different kid is not tried', async () => {
  published = { keys: [{ ...first.jwk, kid: 'a' }] };
  await expect(authenticateWith()(sign(first, { kid: 'b' }))).rejects.toMatchObject(refused);
});

const shortRsa = () => generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey.export({ format: 'jwk' });

test.each<[string, () => unknown]>([
  ['of an unknown type', () => ({ kty: 'ISOGENY', x: 'AAAA' })],
  ['of an unknown curve', () => ({ ...first.jwk, crv: 'P-999' })],
  ['that is no point of its curve', () => ({ ...first.jwk, y: first.jwk.x })],
  ['with half of itself', () => ({ ...first.jwk, y: undefined })],
  ['of RSA without a modulus', () => ({ kty: 'RSA', e: 'AQAB' })],
  ['of RSA with 1,024 bits', shortRsa],
  ['with broken certificates', () => ({ ...second.jwk, x5c: ['nonsense', 7], x5t: {} })],
  ['for encryption', () => ({ ...second.jwk, use: 'enc' })],
  ['for signing alone', () => ({ ...second.jwk, key_ops: ['sign'] })],
  ['with operations that are none', () => ({ ...second.jwk, key_ops: 'verify' })],
  ['that is secret', () => second.secretJwk],
  ['that is symmetric', () => ({ kty: 'oct', k: 'AAAA', alg: 'HS256' })],
  ['for another algorithm', () => ({ ...second.jwk, alg: 'ES512' })],
  ['that is null', () => null],
  ['that is a text', () => 'key'],
  ['that is a list', () => []],
])('a key %s does not affect the others', async (_what, odd) => {
  const made = odd();
  for (const kid of [undefined, 'a', 7]) {
    const unusable = typeof made === 'object' && made !== null && !Array.isArray(made) ? { ...made, kid } : made;
    const good = [first, rsa, edDsa].map(({ jwk }) => ({ ...jwk, kid: 'a' }));
    published = { keys: [unusable, ...good, unusable] };
    const present = authenticateWith();
    for (const pair of [first, rsa, edDsa]) {
      expect(await present(sign(pair, { kid: 'a' }))).toMatchObject({ id: sub });
      expect(await present(sign(pair))).toMatchObject({ id: sub });
    }
  }
});

test.each([
  ['no JSON', 'nonsense'],
  ['no set', { keys: 'none' }],
  ['a list', []],
])('an issuer that answers %s is reported unavailable and no token invalid', async (_what, answer) => {
  published = answer;
  const present = authenticateWith();
  await expect(present(sign(first))).rejects.toMatchObject({ code: 'unavailable' });
});

test('clocks may differ by 5 s, or by the configured skew', async () => {
  published = { keys: [first.jwk] };
  const [present, exact, lenient] = [{}, { AUTH_CLOCK_SKEW_S: '0' }, { AUTH_CLOCK_SKEW_S: '300' }].map(
    authenticateWith,
  );
  vi.useFakeTimers({ toFake: ['Date'], now: Math.floor(Date.now() / 1_000) * 1_000 });
  for (const claims of [{ exp: -4 }, { nbf: 5 }]) {
    expect(await present?.(sign(first, claims))).toMatchObject({ id: sub });
    await expect(exact?.(sign(first, claims))).rejects.toMatchObject(refused);
  }
  for (const claims of [{ exp: -5 }, { nbf: 6 }]) {
    await expect(present?.(sign(first, claims))).rejects.toMatchObject(refused);
    expect(await lenient?.(sign(first, claims))).toMatchObject({ id: sub });
  }
});

test('a cached caller is accepted until their token expires', async () => {
  published = { keys: [first.jwk] };
  const present = authenticateWith();
  const start = Math.floor(Date.now() / 1_000) * 1_000;
  vi.useFakeTimers({ toFake: ['Date'], now: start });
  const token = sign(first, { exp: 10 });
  expect(await present(token)).toMatchObject({ expiresAt: start / 1_000 + 15 });
  vi.setSystemTime(start + 14_999);
  expect(await present(token)).toMatchObject({ id: sub });
  vi.setSystemTime(start + 15_000);
  await expect(present(token)).rejects.toMatchObject(refused);
});

test.each(['-1', '301', '1.5', 'five'])('AUTH_CLOCK_SKEW_S=%s is refused', (value) => {
  expect(() => authenticateWith({ AUTH_CLOCK_SKEW_S: value })).toThrow(/AUTH_CLOCK_SKEW_S/);
});
