import { createRemoteJWKSet, decodeProtectedHeader, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Issuer, startIssuer } from '../src/index.ts';

describe('an issuer', () => {
  let issuer: Issuer;
  let keys: JWTVerifyGetKey;

  beforeAll(async () => {
    issuer = await startIssuer();
    keys = createRemoteJWKSet(new URL(issuer.jwksUrl));
  });
  afterAll(() => issuer.stop());

  const verify = (token: string) =>
    jwtVerify(token, keys, { issuer: issuer.issuer, audience: issuer.audience, algorithms: ['ES256'] });

  test('makes tokens that its published key verifies', async () => {
    const token = await issuer.token({ sub: 'someone', roles: ['customer', 'ops'] });
    const { payload, protectedHeader } = await verify(token);
    expect(payload).toMatchObject({ sub: 'someone', roles: ['customer', 'ops'] });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(3600);
    expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: expect.any(String) });
  });

  test('makes a new user when none is named', async () => {
    const subjects = await Promise.all(
      [1, 2].map(async () => (await verify(await issuer.token({ roles: [] }))).payload.sub),
    );
    expect(new Set(subjects).size).toBe(2);
  });

  test.each([
    ['of another issuer', { iss: 'https://elsewhere.example' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['for another audience', { aud: 'others' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
    ['that has expired', { expiresIn: -60 }, 'ERR_JWT_EXPIRED'],
  ])('makes a token %s', async (_, claims, code) => {
    await expect(verify(await issuer.token({ roles: [], ...claims }))).rejects.toMatchObject({ code });
  });

  test('does not verify the tokens of another', async () => {
    const other = await startIssuer();
    const foreign = await other.token({ roles: ['ops'], iss: issuer.issuer });
    await other.stop();
    expect(decodeProtectedHeader(foreign).kid).not.toBe(undefined);
    await expect(verify(foreign)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });

  describe('over HTTP', () => {
    const ask = (body: string, type = 'application/json') =>
      fetch(`${issuer.issuer}/token`, { method: 'POST', headers: { 'content-type': type }, body });

    test('makes a token for another process', async () => {
      const answer = await ask(JSON.stringify({ sub: 'someone', roles: ['provider'] }));
      const { token } = (await answer.json()) as { token: string };
      expect((await verify(token)).payload).toMatchObject({ sub: 'someone', roles: ['provider'] });
    });

    test.each([
      ['not JSON', '{'],
      ['no roles', '{}'],
      ['roles that are none', '{"roles":"ops"}'],
      ['a lifetime that is no number', '{"roles":[],"expiresIn":"soon"}'],
      ['more than a token needs', JSON.stringify({ roles: ['x'.repeat(20_000)] })],
    ])('refuses %s', async (_, body) => {
      expect((await ask(body)).status).toBe(400);
    });

    test('refuses what a page in a browser can send unasked', async () => {
      expect((await ask('{"roles":["ops"]}', 'text/plain')).status).toBe(400);
    });

    test('publishes no private key', async () => {
      const published = await (await fetch(issuer.jwksUrl)).json();
      const base64url = expect.stringMatching(/^[\w-]+$/);
      expect(published).toEqual({
        keys: [
          { alg: 'ES256', crv: 'P-256', kid: expect.any(String), kty: 'EC', use: 'sig', x: base64url, y: base64url },
        ],
      });
    });
  });
});
