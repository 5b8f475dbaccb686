import { z } from 'zod';
import { count, durationMs } from './numbers.ts';

/** What every service reads to listen and to log. */
export const HttpConfig = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: count({ min: 0, max: 65_535, default: 0 }),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** How long a stop may take before the process exits without having finished. */
  SHUTDOWN_GRACE_MS: durationMs({ max: 3_600_000, default: 10_000 }),
});
export type HttpConfig = z.infer<typeof HttpConfig>;

/** Whose tokens a service accepts. */
export const AuthConfig = z.object({
  AUTH_JWKS_URL: z.url(),
  AUTH_ISSUER: z.string().min(1),
  AUTH_AUDIENCE: z.string().min(1),
});
export type AuthConfig = z.infer<typeof AuthConfig>;

/** Where events are published and consumed. */
export const BrokerConfig = z.object({
  NATS_URL: z.string().min(1),
  NATS_USER: z.string().optional(),
  NATS_PASSWORD: z.string().optional(),
  /** Copies of each stream; 3 in production (design §6). */
  STREAM_REPLICAS: count({ max: 5, default: 1 }),
});
export type BrokerConfig = z.infer<typeof BrokerConfig>;

/** The environment does not hold what the service needs; the message names every variable and what is wrong with it. */
export class ConfigError extends Error {}

/**
 * Parses the environment once, at the edge. An empty variable counts as not set, as in compose files.
 * @throws ConfigError
 */
export function readConfig<C>(schema: z.ZodType<C>, environment: Readonly<Record<string, string | undefined>>): C {
  const set = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '));
}
