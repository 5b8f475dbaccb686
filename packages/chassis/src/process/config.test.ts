import { expect, test } from 'vitest';
import { AuthConfig, ConfigError, HttpConfig, readConfig } from './config.ts';

test('defaults hold where nothing is set, and an empty variable counts as not set', () => {
  expect(readConfig(HttpConfig, { PORT: '', HOST: undefined })).toEqual({
    HOST: '127.0.0.1',
    PORT: 0,
    LOG_LEVEL: 'info',
    HTTP_KEEP_ALIVE_MS: 75_000,
    SHUTDOWN_GRACE_MS: 10_000,
  });
});

test('every variable that is wrong is named', () => {
  const read = () => readConfig(AuthConfig, { AUTH_JWKS_URL: 'not a url', AUTH_ISSUER: 'https://issuer.example' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/AUTH_JWKS_URL: .*AUTH_AUDIENCE: /);
});
