import { z } from 'zod';
import { hostName, httpUrl, natsServers, text } from './addresses.ts';
import { logLevels } from './log-levels.ts';
import { count, durationMs } from './numbers.ts';
import { telemetryProblems } from './otel-settings.ts';
import { type Environment, readSecretFiles } from './secret-files.ts';

/** What every service reads to listen and to log. */
export const HttpConfig = z.object({
  PUNCTUAL_REVISION: text().optional().describe('The commit that the service was built from, shown at `/version`.'),
  HOST: hostName().default('127.0.0.1').describe('The address to listen on.'),
  PORT: count({ min: 0, max: 65_535, default: 0 }).describe('The port to listen on; 0 means any free port.'),
  LOG_LEVEL: z
    .enum(logLevels)
    .default('info')
    .describe(
      '`trace` `debug` `info` `warn` `error` `fatal` `silent`. `POST /admin/log-level` changes it for a while.',
    ),
  ACCESS_LOG: z.enum(['off', 'on']).default('off').describe('`on` logs each request: method, path, status, duration.'),
  HTTP_KEEP_ALIVE_MS: durationMs({ min: 1_000, max: 3_600_000, default: 75_000 }).describe(
    "How long an idle connection stays open. Set it above the load balancer's idle timeout.",
  ),
  HTTP_REQUEST_TIMEOUT_MS: durationMs({ min: 100, max: 600_000, default: 5_000 }).describe(
    'How long a request may take to arrive, headers and body together; then it is 408.',
  ),
  HTTP_SLOW_READER_MS: durationMs({ min: 100, max: 600_000, default: 10_000 }).describe(
    'How long a client may read its response more slowly than 1 KiB/s before it is disconnected.',
  ),
  SHUTDOWN_GRACE_MS: durationMs({ max: 3_600_000, default: 10_000 }).describe(
    'How long a stop may take before the process exits unfinished.',
  ),
  SHUTDOWN_DRAIN_MS: durationMs({ min: 0, max: 3_600_000, default: 2_000 })
    .unwrap()
    .optional()
    .describe(
      'How much of the grace the service still serves while `/healthz/ready` is 503. Unset: 2000, or a quarter of the grace if that is less.',
    ),
});
export type HttpConfig = z.infer<typeof HttpConfig>;

/** Whose tokens a service accepts. */
export const AuthConfig = z.object({
  AUTH_JWKS_URL: httpUrl().describe('Where the keys of the token issuer are.'),
  AUTH_ISSUER: text().describe('The `iss` of accepted tokens.'),
  AUTH_AUDIENCE: text().describe('The `aud` of accepted tokens.'),
  AUTH_CLOCK_SKEW_S: count({ min: 0, max: 300, default: 5 }).describe('Leeway for `exp` and `nbf`, in seconds.'),
  AUTH_JWKS_MAX_AGE_S: count({ max: 86_400, default: 300 }).describe(
    'How long a withdrawn signing key is still accepted, and how long known keys serve while the issuer is down, in seconds.',
  ),
});
export type AuthConfig = z.infer<typeof AuthConfig>;

/** Where events are published and consumed. */
export const BrokerConfig = z.object({
  NATS_URL: natsServers().describe('`nats://host:port`, several separated by commas; `tls://…` insists on encryption.'),
  NATS_USER: text().optional().describe('The NATS user of this service.'),
  NATS_PASSWORD: text().optional().describe('Its password.'),
});
export type BrokerConfig = z.infer<typeof BrokerConfig>;

/**
 * The environment does not hold what the service needs; the message names every variable and what
 * is wrong with it.
 */
export class ConfigError extends Error {}

/**
 * Parses the environment once, at the edge. An empty variable counts as not set, as in compose
 * files. The value of each setting may come from a file that `<SETTING>_FILE` names.
 * @throws ConfigError with every problem at once, and without any value: it may be a secret
 */
export function readConfig<C>(schema: z.ZodType<C>, environment: Environment): C {
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const { values, problems, origin } = readSecretFiles(names, environment);
  for (const [name, problem] of telemetryProblems(environment)) problems.set(name, problem);
  const parsed = schema.safeParse(values);
  if (parsed.success && problems.size === 0) return parsed.data;
  for (const { path, message } of parsed.error?.issues ?? []) {
    const name = origin(path.join('.'));
    // One a setting: what follows from the first is noise.
    if (!problems.has(name)) problems.set(name, message);
  }
  throw new ConfigError([...problems].map(([name, message]) => `${name}: ${message}`).join('; '));
}

/**
 * A rule about `name` and `others`, for `refine`: judged as soon as these are right by themselves,
 * whatever is wrong with the rest, so that all problems are reported at once.
 */
export function rule(name: string, others: readonly string[], error: string) {
  const about = new Set([name, ...others]);
  return {
    path: [name],
    error,
    when: ({ issues }: { issues: readonly { path?: PropertyKey[] | undefined }[] }) =>
      !issues.some(({ path }) => about.has(String(path?.[0]))),
  };
}
