import { createPublicKey, generateKeyPairSync, randomUUID, type webcrypto } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpoints } from '@punctual/contracts';
import { startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { byHmac, byKey, forgeToken, unsigned } from './forge-token.ts';

/** Serves the issuer's keys at `/keys` and the attacker's anywhere else, and records requests. */
type KeyHost = { url: string; asked: string[]; server: Server };
type JWK = webcrypto.JsonWebKey & { kid: string };

const attacker = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const attackersKey = { ...attacker.publicKey.export({ format: 'jwk' }), kid: 'attacker', alg: 'ES256', use: 'sig' };

let world: TestStack;
let keys: KeyHost;

beforeAll(async () => {
  keys = await startKeyHost();
  world = await startTestStack('bad-tokens', {
    environment: { AUTH_JWKS_URL: `${keys.url}/keys` },
  });
});

afterAll(async () => {
  await world?.stop();
  keys.server.closeAllConnections();
  keys.server.close();
});

async function startKeyHost(): Promise<KeyHost> {
  const asked: string[] = [];
  const server = createServer(async ({ url = '' }, response) => {
    asked.push(url);
    const body = url === '/keys' ? await issuersKeys() : { keys: [attackersKey] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server };
}

async function issuersKeys(): Promise<{ keys: [JWK] }> {
  return (await fetch(world.environment.issuer.jwksUrl)).json() as ReturnType<typeof issuersKeys>;
}

/** The claims of a good token, so that only its signature can be wrong. */
function goodClaims(): Record<string, unknown> {
  const { issuer: iss, audience: aud } = world.environment.issuer;
  const now = Math.floor(Date.now() / 1000);
  return { sub: randomUUID(), roles: ['customer'], iss, aud, iat: now, exp: now + 3600 };
}

const issue = (claims: { expiresIn?: number; aud?: string; iss?: string; sub?: string }) =>
  world.environment.issuer.token({ roles: ['customer'], ...claims });

/** Asks the gateway, and the service behind it as if past the gateway. */
async function statuses(token: string | undefined): Promise<unknown[]> {
  const doors = [world.stack.addresses.urls.gateway, world.stack.addresses.urls.scheduling];
  return Promise.all(
    doors.map(async (url) => {
      const answer = await world.stranger({ url, token }).send(endpoints.listAssignments);
      return answer.status === 401
        ? [401, (answer.body as { code: string }).code, answer.headers.get('www-authenticate')?.split(' ')[0]]
        : answer.status;
    }),
  );
}

const refused = [401, 'unauthenticated', 'Bearer'];

test('a good token passes gateway and service, even when made by hand', async () => {
  expect(await statuses(await issue({}))).toEqual([200, 200]);
});

describe('gateway and service refuse', () => {
  test.each<[string, () => string | undefined | Promise<string>]>([
    ['none', () => undefined],
    ['nonsense', () => 'not.a.token'],
    ['one that has expired', () => issue({ expiresIn: -60 })],
    ['one for another audience', () => issue({ aud: 'somebody else' })],
    ['one of another issuer', () => issue({ iss: 'https://somebody.else' })],
    ['one of nobody we could know', () => issue({ sub: 'admin' })],
    ['alg: none', () => forgeToken({ alg: 'none', typ: 'JWT' }, goodClaims(), unsigned)],
    [
      'HS256 with the public key for a secret',
      async () => {
        const [key] = (await issuersKeys()).keys;
        const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
        return forgeToken({ alg: 'HS256', kid: key.kid, typ: 'JWT' }, goodClaims(), byHmac(String(pem)));
      },
    ],
    [
      'the kid of the issuer, signed by another key',
      async () => {
        const [{ kid }] = (await issuersKeys()).keys;
        return forgeToken({ alg: 'ES256', kid, typ: 'JWT' }, goodClaims(), byKey(attacker.privateKey));
      },
    ],
    [
      'jwk: a key that the token brings along',
      () => forgeToken({ alg: 'ES256', kid: 'attacker', jwk: attackersKey }, goodClaims(), byKey(attacker.privateKey)),
    ],
    [
      'jku: keys at an address that the token names',
      () => {
        const header = { alg: 'ES256', kid: 'attacker', jku: `${keys.url}/attacker`, x5u: `${keys.url}/attacker` };
        return forgeToken(header, goodClaims(), byKey(attacker.privateKey));
      },
    ],
    [
      'the claims of another token under a good signature',
      async () => {
        const [header, , signature] = (await issue({})).split('.');
        const [, claims] = forgeToken({}, { ...goodClaims(), roles: ['ops'] }, unsigned).split('.');
        return `${header}.${claims}.${signature}`;
      },
    ],
  ])('%s', async (_what, make) => {
    expect(await statuses(await make())).toEqual([refused, refused]);
    expect(keys.asked).not.toContain('/attacker');
  });

  test('a thousand tokens with unknown kids without asking the issuer for each', async () => {
    const unknown = () => forgeToken({ alg: 'ES256', kid: randomUUID() }, goodClaims(), byKey(attacker.privateKey));
    const askedBefore = keys.asked.length;
    for (let sent = 0; sent < 1_000; sent += 50) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => statuses(unknown())));
      expect(answers.flat()).toEqual(Array.from({ length: 100 }, () => refused));
    }
    // Each of the two asks once a minute, and the test may cross a full minute.
    expect(keys.asked.length - askedBefore).toBeLessThanOrEqual(4);
    expect(await statuses(await issue({}))).toEqual([200, 200]);
  });
});
