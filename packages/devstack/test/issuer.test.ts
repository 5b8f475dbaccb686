import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
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

  test('makes a token for a new user by default', async () => {
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

  test('does not verify tokens of another issuer', async () => {
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
      ['null', 'null'],
      ['nothing', ''],
      ['a lifetime beyond all numbers', '{"roles":[],"expiresIn":1e308}'],
    ])('refuses %s', async (_, body) => {
      expect((await ask(body)).status).toBe(400);
    });

    test('refuses an oversized request and closes the connection', async () => {
      const { status, headers } = await ask(JSON.stringify({ roles: ['x'.repeat(20_000)] }));
      expect([status, headers.get('connection')]).toEqual([413, 'close']);
    });

    /** Sends bytes as they are. @returns what came until the connection ended */
    const sendRaw = async (text: string, { breakOff = false } = {}) => {
      const { port } = new URL(issuer.issuer);
      const socket = connect(Number(port), '127.0.0.1');
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.write(text);
      if (breakOff) setTimeout(() => socket.resetAndDestroy(), 100);
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk) => {
        answer += chunk;
      });
      // Not by `once`, which rejects with the errors that are expected here.
      await new Promise((closed) => socket.on('close', closed));
      return answer;
    };
    const head = (host: string, more = '') =>
      `POST /token HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nConnection: close\r\n${more}\r\n`;
    const ownHost = () => new URL(issuer.issuer).host;

    test.each([
      ['in the headers', () => `POST /token HTTP/1.1\r\nHost: ${ownHost()}\r\nContent-`],
      ['in the body', () => `${head(ownHost(), 'Content-Length: 100\r\n')}{"sub`],
      ['in a chunk', () => `${head(ownHost(), 'Transfer-Encoding: chunked\r\n')}ff\r\n{"roles"`],
      ['before the answer', () => `${head(ownHost(), 'Content-Length: 12\r\n')}{"roles":[]}`],
      ['in the body for another host', () => `${head('x', 'Content-Length: 100\r\n')}{"sub`],
    ])('survives a request that ends %s', async (_, text) => {
      await sendRaw(text(), { breakOff: true });
      expect((await fetch(issuer.jwksUrl)).status).toBe(200);
    });

    test.each(['nonsense\r\n\r\n', `${'GET / HTTP/1.1\r\nx: y'.repeat(10_000)}`, '\0\0\0'])(
      'survives a malformed request (%#)',
      async (text) => {
        await sendRaw(text, { breakOff: true });
        expect((await fetch(issuer.jwksUrl)).status).toBe(200);
      },
    );

    test('answers only requests for its own host', async () => {
      const { port } = new URL(issuer.issuer);
      const body = '{"roles":["ops"]}';
      const statusOf = async (host: string) =>
        (await sendRaw(head(host, `Content-Length: ${body.length}\r\n`) + body)).split(' ')[1];
      for (const own of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])
        expect(await statusOf(`${own}:${port}`)).toBe('200');
      for (const other of [
        `evil.example:${port}`,
        `localhost.evil.example:${port}`,
        'localhost',
        `127.0.0.1:${port}0`,
        '',
      ])
        expect(await statusOf(other)).toBe('421');
    });

    test('answers for its token host and for configured names', async () => {
      const named = await startIssuer({ issuer: 'https://Tokens.example', hosts: ['issuer:8080'] });
      const statusOf = (host: string) => {
        const asked = request(named.jwksUrl, { headers: { host } }).end();
        return once(asked, 'response').then(([response]) => response.resume().statusCode);
      };
      expect(await statusOf('tokens.example')).toBe(200);
      expect(await statusOf('issuer:8080')).toBe(200);
      expect(await statusOf('issuer')).toBe(421);
      await named.stop();
    });

    test('refuses cross-site requests of a browser', async () => {
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
