import { freePort, type Issuer, startIssuer } from '@punctual/devstack';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProvider, SignInRefused } from '../src/session/provider.ts';

let issuer: Issuer;
let port: number;

/** As in containers: browsers and the console have different addresses for one provider. */
beforeAll(async () => {
  port = await freePort();
  issuer = await startIssuer({ port, issuer: 'http://provider.example', hosts: [`localhost:${port}`] });
  // Loaded for its first request, which may take longer than the console waits.
  await fetch(`http://localhost:${port}/.well-known/openid-configuration`);
});

afterAll(() => issuer.stop());

const settings = () => ({
  PUBLIC_URL: 'http://127.0.0.1:8070',
  OIDC_ISSUER: 'http://provider.example',
  OIDC_INTERNAL_URL: `http://localhost:${port}`,
  OIDC_CLIENT_ID: 'console',
  OIDC_CLIENT_SECRET: 'console',
  OIDC_SCOPE: 'openid',
});

test('browsers go to the announced address, the console to the internal one', async () => {
  const provider = createProvider(settings());
  const { url } = await provider.begin('/');
  expect(url.origin).toBe('http://provider.example');
  // The provider itself refuses this one, so it was reached.
  await expect(provider.renew('unknown')).rejects.toThrow(SignInRefused);
});

test('an internal address of something else is not believed', async () => {
  const other = await startIssuer();
  const provider = createProvider({ ...settings(), OIDC_INTERNAL_URL: other.issuer });
  await expect(provider.begin('/')).rejects.toThrow();
  await other.stop();
});
