import {
  AuthConfig,
  BrokerConfig,
  count,
  HttpConfig,
  httpOrigin,
  httpUrl,
  linkBase,
  parsed,
  secretKey,
  Wrong,
} from '@punctual/chassis';
import { parsePostgresUrl } from '@punctual/chassis/postgres-client';
import { z } from 'zod';

const databaseUrl = () =>
  parsed((value) => {
    parsePostgresUrl(value);
    return value;
  }).optional();

/** The environment of the console: where the API, NATS and the provider of sign-in are, and its own secret. */
export const Config = z.object({
  ...HttpConfig.shape,
  ...AuthConfig.shape,
  ...BrokerConfig.shape,
  PUBLIC_URL: httpOrigin().describe(
    'Where browsers find the console: `https://console.example`. With `https`, cookies are `Secure`.',
  ),
  GATEWAY_URL: httpOrigin().describe('`http://host:port` of the gateway.'),
  OIDC_ISSUER: httpUrl().describe('The OpenID provider, whose discovery document is below `/.well-known`.'),
  OIDC_INTERNAL_URL: httpOrigin()
    .optional()
    .describe(
      'Where the console itself reaches the provider, `http://host:port`, if not at the address of `OIDC_ISSUER`. Browsers always go to that.',
    ),
  OIDC_CLIENT_ID: secretKey().describe('The id of the console at the provider.'),
  OIDC_CLIENT_SECRET: secretKey().describe('Its secret.'),
  OIDC_SCOPE: z
    .string()
    .default('openid profile offline_access')
    .describe('What is asked for at sign-in. With `offline_access`, a session outlives the access token.'),
  SESSION_SECRET: parsed((value) => {
    if (Buffer.byteLength(value) < 32) throw new Wrong('must have at least 32 bytes');
    return value;
  }).describe('Encrypts the cookies; at least 32 bytes, the same for all instances. A new one ends all sessions.'),
  SESSION_MINUTES: count({ max: 10_080, default: 720 }).describe(
    'How long after the sign-in a person has to sign in again.',
  ),
  PROMETHEUS_URL: httpUrl()
    .optional()
    .describe('A Prometheus that scrapes the services. With it, pages show what was measured.'),
  JAEGER_URL: httpUrl()
    .optional()
    .describe('The query API of Jaeger, or of a store that speaks it. With it, the console draws traces.'),
  TRACE_LINK: linkBase()
    .optional()
    .describe('Without `JAEGER_URL`: the page of a trace, up to its id, as `https://jaeger.example/trace`.'),
  SCHEDULING_DATABASE_URL: databaseUrl().describe(
    'The database of scheduling, to rebuild `SCHEDULE` and to reconcile after a restore. Unset: the page names the command of `ops`.',
  ),
  PAYOUTS_DATABASE_URL: databaseUrl().describe('The same for payouts.'),
});
export type Config = z.infer<typeof Config>;
