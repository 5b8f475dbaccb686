import { z } from 'zod';
import { telemetryProblems } from '../telemetry/settings.ts';
import { hostName, httpUrl, natsServers, text } from './addresses.ts';
import { count, durationMs } from './numbers.ts';
import { type Environment, readSecretFiles } from './secret-files.ts';

/** What every service reads to listen and to log. */
export const HttpConfig = z.object({
  HOST: hostName().default('127.0.0.1'),
  PORT: count({ min: 0, max: 65_535, default: 0 }),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** How long an idle connection of a client stays open. More than a load balancer's, which is 60 s for most. */
  HTTP_KEEP_ALIVE_MS: durationMs({ min: 1_000, max: 3_600_000, default: 75_000 }),
  /** How long a request may take to arrive, headers and body together. */
  HTTP_REQUEST_TIMEOUT_MS: durationMs({ min: 100, max: 600_000, default: 5_000 }),
  /** How long a client may read its answer more slowly than 1 KiB a second. */
  HTTP_SLOW_READER_MS: durationMs({ min: 100, max: 600_000, default: 10_000 }),
  /** How long a stop may take before the process exits without having finished. */
  SHUTDOWN_GRACE_MS: durationMs({ max: 3_600_000, default: 10_000 }),
  /** How much of it the service still serves while not ready; unset, 2000 or a quarter of the grace if that is less. */
  SHUTDOWN_DRAIN_MS: durationMs({ min: 0, max: 3_600_000, default: 2_000 }).unwrap().optional(),
});
export type HttpConfig = z.infer<typeof HttpConfig>;

/** Whose tokens a service accepts. */
export const AuthConfig = z.object({
  AUTH_JWKS_URL: httpUrl(),
  AUTH_ISSUER: text(),
  AUTH_AUDIENCE: text(),
  /** How far the clocks of the issuer and of this service may differ, in seconds: leeway for `exp` and `nbf`. */
  AUTH_CLOCK_SKEW_S: count({ min: 0, max: 300, default: 5 }),
  /** How old the issuer's keys may be, in seconds: so long a key that it withdraws is still accepted, and may the issuer be away. */
  AUTH_JWKS_MAX_AGE_S: count({ max: 86_400, default: 300 }),
});
export type AuthConfig = z.infer<typeof AuthConfig>;

/** Where events are published and consumed. */
export const BrokerConfig = z.object({
  NATS_URL: natsServers(),
  NATS_USER: text().optional(),
  NATS_PASSWORD: text().optional(),
});
export type BrokerConfig = z.infer<typeof BrokerConfig>;

/** The environment does not hold what the service needs; the message names every variable and what is wrong with it. */
export class ConfigError extends Error {}

/**
 * Parses the environment once, at the edge. An empty variable counts as not set, as in compose files. The value of each
 * setting may come from a file that `<SETTING>_FILE` names.
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
 * A rule about `name` and `others`, for `refine`: judged as soon as these are right by themselves, whatever is wrong with the
 * rest, so that all problems are reported at once.
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
