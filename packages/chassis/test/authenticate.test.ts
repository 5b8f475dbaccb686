import { createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { base64url, exportJWK, exportSPKI, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Authenticate, createAuthenticate } from '../src/index.ts';
import { createLogger } from '../src/process/logger.ts';

const issuer = 'https://issuer.example';
const audience = 'punctual';
const sub = randomUUID();

type Key = { alg: string; kid: string; pair: Awaited<ReturnType<typeof generateKeyPair>> };

let keys: Key[];
let server: Server;
let url: string;
/** What the issuer's server was asked, and whether it answers. */
let asked: string[];
let isAway: boolean;
let published: Key[];
let authenticate: Authenticate;
let logged: string[];

beforeAll(async () => {
  keys = await Promise.all(['ES256', 'RS256', 'EdDSA'].map(newKey));
  server = createServer(async (request, response) => {
    asked.push(request.url ?? '');
    const jwks = await Promise.all(
      published.map(async ({ alg, kid, pair }) => ({ ...(await exportJWK(pair.publicKey)), alg, kid, use: 'sig' })),
    );
    response.writeHead(isAway ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: jwks }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

beforeEach(() => {
  asked = [];
  isAway = false;
  published = keys;
  logged = [];
  const logger = createLogger({ name: 'test', level: 'info' }, { write: (line: string) => logged.push(line) });
  authenticate = createAuthenticate({
    config: {
      AUTH_JWKS_URL: `${url}/jwks`,
      AUTH_ISSUER: issuer,
      AUTH_AUDIENCE: audience,
      AUTH_CLOCK_SKEW_S: 0,
      AUTH_JWKS_MAX_AGE_S: 300,
    },
    logger,
    lifecycle: { signal: new AbortController().signal },
  });
});

afterEach(() => {
  vi.useRealTimers();
});

async function newKey(alg: string): Promise<Key> {
  return { alg, kid: randomUUID(), pair: await generateKeyPair(alg) };
}

type Claims = { iss?: string; aud?: string; sub?: string; roles?: unknown; expiresIn?: number };

function sign(key: Key, claims: Claims = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
  const { iss = issuer, aud = audience, roles = ['customer'], expiresIn = 3600 } = claims;
  return new SignJWT({ roles })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .setSubject(claims.sub ?? sub)
    .setIssuer(iss)
    .setAudience(aud)
    .setExpirationTime(Math.floor(Date.now() / 1000) + expiresIn)
    .sign(key.pair.privateKey);
}

/** The first of the issuer's keys. */
function own(): Key {
  const [key] = keys;
  if (!key) throw new Error('there are three');
  return key;
}

const refused = { code: 'unauthenticated', headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } };
const present = (token: string) => authenticate(`Bearer ${token}`);

test('tokens signed with each of the three algorithms are accepted', async () => {
  for (const key of keys) {
    expect(await present(await sign(key))).toMatchObject({ id: sub, roles: ['customer'] });
  }
});

test('unknown roles are dropped and the user id is lower-cased', async () => {
  const token = await sign(own(), { sub: sub.toUpperCase(), roles: ['ops', 'astronaut'] });
  expect(await present(token)).toMatchObject({ id: sub, roles: ['ops'] });
});

const handMade = (header: object, signature: string) =>
  [
    base64url.encode(JSON.stringify(header)),
    base64url.encode(JSON.stringify({ iss: issuer, aud: audience, sub, roles: ['ops'], exp: 4_102_444_800 })),
    signature,
  ].join('.');

test.each(['', 'AAAA'])('alg none is refused with the signature "%s"', async (signature) => {
  await expect(present(handMade({ alg: 'none', kid: own().kid }, signature))).rejects.toMatchObject(refused);
});

test('a public key is not accepted as an HS256 secret', async () => {
  for (const { kid, pair } of keys) {
    const unsigned = handMade({ alg: 'HS256', kid }, '').slice(0, -1);
    const secret = await exportSPKI(pair.publicKey);
    const signature = createHmac('sha256', secret).update(unsigned).digest('base64url');
    await expect(present(`${unsigned}.${signature}`)).rejects.toMatchObject(refused);
  }
});

test('keys embedded in or linked from the token are ignored', async () => {
  const stranger = await newKey('ES256');
  published = [...keys];
  const jwk = { ...(await exportJWK(stranger.pair.publicKey)), kid: stranger.kid };
  const headers = [{ jwk }, { jku: `${url}/stranger` }, { x5u: `${url}/stranger` }, { kid: own().kid, jwk }];
  for (const header of headers) {
    await expect(present(await sign(stranger, {}, header))).rejects.toMatchObject(refused);
  }
  expect(asked).toEqual(['/jwks']);
});

test.each([
  ['expired', { expiresIn: -1 }],
  ['of another issuer', { iss: 'https://elsewhere.example' }],
  ['for another audience', { aud: 'elsewhere' }],
  ['without a list of roles', { roles: 'ops' }],
  ['of a user whose id is no UUID', { sub: 'root' }],
])('a token that is %s is refused', async (_case, claims) => {
  await expect(present(await sign(own(), claims))).rejects.toMatchObject(refused);
});

test('a tampered token is refused even when the original is cached', async () => {
  const token = await sign(own());
  await present(token);
  const [header, , signature] = token.split('.');
  const payload = { iss: issuer, aud: audience, sub, roles: ['ops'], exp: 4_102_444_800 };
  const forged = `${header}.${base64url.encode(JSON.stringify(payload))}.${signature}`;
  await expect(present(forged)).rejects.toMatchObject(refused);
});

test('a valid token is verified once and refused as soon as it expires', async () => {
  const verify = vi.spyOn(crypto.subtle, 'verify');
  vi.useFakeTimers({ toFake: ['Date'] });
  const token = await sign(own(), { expiresIn: 2 });
  for (let n = 0; n < 5; n += 1) await present(token);
  expect(verify).toHaveBeenCalledTimes(1);

  vi.setSystemTime(Math.floor(Date.now() / 1000) * 1000 + 2_000);
  await expect(present(token)).rejects.toMatchObject({ ...refused, message: 'The token has expired.' });
  verify.mockRestore();
});

test('refusals are not cached', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const late = await newKey('ES256');
  const token = await sign(late);
  await expect(present(token)).rejects.toMatchObject(refused);
  published = [...keys, late];
  vi.setSystemTime(Date.now() + 61_000);
  expect(await present(token)).toMatchObject({ id: sub });
});

test('a thousand tokens with unknown keys fetch the keys once a minute', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const tokens = await Promise.all(Array.from({ length: 1_000 }, () => sign(own(), {}, { kid: randomUUID() })));
  const all = await Promise.allSettled(tokens.map(present));
  expect(all.every(({ status }) => status === 'rejected')).toBe(true);
  for (const token of tokens.slice(0, 100)) await expect(present(token)).rejects.toMatchObject(refused);
  expect(asked).toHaveLength(1);

  vi.setSystemTime(Date.now() + 59_000);
  await Promise.allSettled(tokens.map(present));
  expect(asked).toHaveLength(1);

  vi.setSystemTime(Date.now() + 2_000);
  await Promise.allSettled(tokens.map(present));
  expect(asked).toHaveLength(2);
  expect(await present(await sign(own()))).toMatchObject({ id: sub });
});

test('an unreachable issuer is retried once a second, logged once, and no token is called invalid', async () => {
  isAway = true;
  const tokens = await Promise.all(Array.from({ length: 100 }, () => sign(own())));
  for (const token of tokens) await expect(present(token)).rejects.toMatchObject({ code: 'unavailable' });
  expect(asked.length).toBeLessThanOrEqual(2);
  await delay(1_100);
  await expect(present(tokens[0] ?? '')).rejects.toMatchObject({ code: 'unavailable' });
  const err = expect.objectContaining({ message: 'The issuer answers 500.' });
  expect(logged.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ msg: 'Token issuer is unavailable', server: `${url}/jwks`, err }),
  ]);

  isAway = false;
  await delay(1_100);
  expect(await present(tokens[0] ?? '')).toMatchObject({ id: sub });
  expect(logged.slice(1).map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ msg: 'Token issuer is available again', server: `${url}/jwks` }),
  ]);
});

const minute = 60_000;
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe('cached keys', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));

  test('are used during an outage of the issuer up to AUTH_JWKS_MAX_AGE_S, then 503', async () => {
    const token = await sign(own());
    await present(token);
    isAway = true;
    pass(5 * minute - 1);
    expect(await present(token)).toMatchObject({ id: sub });
    expect(await present(await sign(own()))).toMatchObject({ id: sub });
    await eventually(() => expect(asked).toHaveLength(2));

    pass(2_000);
    const unavailable = { code: 'unavailable', headers: { 'Retry-After': '1' } };
    await expect(present(token)).rejects.toMatchObject(unavailable);
    await expect(present(await sign(own()))).rejects.toMatchObject(unavailable);

    isAway = false;
    pass(1_000);
    expect(await present(token)).toMatchObject({ id: sub });
  });

  test('are refreshed in the background after half that time without delaying requests', async () => {
    const [kept, withdrawn] = [await sign(own()), await sign(keys[1] ?? own())];
    for (const token of [kept, withdrawn]) await present(token);
    published = [own()];
    pass(2 * minute);
    expect(await present(withdrawn)).toMatchObject({ id: sub });
    expect(asked).toHaveLength(1);

    pass(minute);
    expect(await present(withdrawn)).toMatchObject({ id: sub });
    await eventually(() => expect(present(withdrawn)).rejects.toMatchObject(refused));
    expect(await present(kept)).toMatchObject({ id: sub });
    expect(asked).toHaveLength(2);
  });

  test.each([5 * minute, 60 * minute, -60 * minute])(
    'are fetched again for the first token after %d idle ms',
    async (quietMs) => {
      const [known, fresh] = await Promise.all([own(), own()].map((key) => sign(key, { expiresIn: 4 * 3_600 })));
      await present(known ?? '');
      published = keys.slice(1);
      pass(quietMs);
      for (const token of [known, fresh]) await expect(present(token ?? '')).rejects.toMatchObject(refused);
    },
  );
});

test('a cached token is not verified again while the keys are unchanged', async () => {
  const verify = vi.spyOn(crypto.subtle, 'verify');
  vi.useFakeTimers({ toFake: ['Date'] });
  const token = await sign(own());
  await present(token);
  pass(5 * minute);
  await present(token);
  expect(asked).toHaveLength(2);
  expect(verify).toHaveBeenCalledTimes(1);
  verify.mockRestore();
});

test.each(['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', 'application/JWT'])(
  'a token of type %s is accepted',
  async (typ) => {
    expect(await present(await sign(own(), {}, { typ }))).toMatchObject({ id: sub });
  },
);

test.each<unknown>([
  ...['dpop+jwt', 'logout+jwt', 'secevent+jwt', 'entity-statement+jwt', 'JOSE', 'JWS', '', ' JWT', 'text/jwt'],
  ...['application/', 'jwt;x', null, 7, ['JWT']],
])('a token of the type %j is refused, though the issuer signed it', async (typ) => {
  const token = await sign(own(), {}, { typ } as Partial<JWTHeaderParameters>);
  await expect(present(token)).rejects.toMatchObject({
    ...refused,
    message: 'The token\'s "typ" is not accepted here.',
  });
});

test.each(['../../etc/passwd', "' or '1'='1", '/jwks', 'http://127.0.0.1/', '__proto__', '\u0000', 'a'.repeat(4_000)])(
  'the kid %j is only compared',
  async (kid) => {
    await expect(present(await sign(own(), {}, { kid }))).rejects.toMatchObject(refused);
    expect(asked).toEqual(['/jwks']);
    await expect(present(await sign(own(), {}, { kid: [own().kid] } as never))).rejects.toMatchObject(refused);
  },
);

/** What the issuer's key signs without any help, so that nothing of it is put right on the way. */
async function signText(header: string, payload: string): Promise<string> {
  const text = `${base64url.encode(header)}.${base64url.encode(payload)}`;
  const signature = await crypto.subtle.sign(
    { name: 'ECDSA', hash: 'SHA-256' },
    own().pair.privateKey,
    new TextEncoder().encode(text),
  );
  return `${text}.${base64url.encode(new Uint8Array(signature))}`;
}

const rest = JSON.stringify({ iss: issuer, aud: audience, exp: 4_102_444_800 }).slice(1, -1);
const header = (more = '') => `{"alg":"ES256","kid":"${own().kid}"${more}}`;

test.each<[string, () => string, string]>([
  [
    'with an extension that must be understood',
    () => header(',"crit":["http://extension"],"http://extension":1'),
    `{"sub":"${sub}","roles":[],${rest}}`,
  ],
  [
    'with a payload that is not encoded',
    () => header(',"crit":["b64"],"b64":false'),
    `{"sub":"${sub}","roles":[],${rest}}`,
  ],
  ['with an empty list of what must be understood', () => header(',"crit":[]'), `{"sub":"${sub}","roles":[],${rest}}`],
  ['around another token', () => header(',"cty":"JWT"'), 'eyJhbGciOiJub25lIn0.e30.'],
  ['around a text', header, '"text"'],
  ['around a list', header, '[]'],
  ['with roles that are no texts', header, `{"sub":"${sub}","roles":[{"ops":1}],${rest}}`],
  ['with roles as an object', header, `{"sub":"${sub}","roles":{"0":"ops","length":1},${rest}}`],
  ['with a list of users', header, `{"sub":["${sub}"],"roles":["ops"],${rest}}`],
  ['whose last "sub" of two is none', header, `{"sub":"${sub}","sub":"root","roles":[],${rest}}`],
  ['that never expires', header, `{"sub":"${sub}","roles":[],"iss":"${issuer}","aud":"${audience}"}`],
  ['that expires as a text', header, `{"sub":"${sub}","roles":[],${rest},"exp":"4102444800"}`],
])('a signed token %s is refused', async (_what, head, payload) => {
  await expect(present(await signText(head(), payload))).rejects.toMatchObject(refused);
});

test('the last of duplicate claims counts', async () => {
  const token = await signText(header(), `{"sub":"${sub}","roles":["ops"],"roles":["customer"],${rest}}`);
  expect(await present(token)).toMatchObject({ roles: ['customer'] });
});

test.each(['a.b', 'a.b.c.d', 'a.b.c.d.e', '{"payload":"a"}', 'a.b.c, Bearer d.e.f'])(
  'a malformed token (%s) fetches no keys',
  async (token) => {
    await expect(present(token)).rejects.toMatchObject(refused);
    expect(asked).toEqual([]);
  },
);
