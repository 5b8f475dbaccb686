import { AuthConfig, HttpConfig } from '@punctual/chassis';
import { z } from 'zod';

/** The environment of the gateway; what it leans on is where the services are. */
export const GatewayConfig = z.object({
  ...HttpConfig.shape,
  ...AuthConfig.shape,
  SCHEDULING_URL: z.url(),
  REMINDERS_URL: z.url(),
  PAYOUTS_URL: z.url(),
  /** How long a service may take to accept a connection. */
  UPSTREAM_CONNECT_TIMEOUT_MS: z.coerce.number().int().positive().default(1_000),
  /** How long a service may take to begin its answer, and be silent while it answers. */
  UPSTREAM_TIMEOUT_MS: z.coerce.number().int().positive().default(10_000),
});
export type GatewayConfig = z.infer<typeof GatewayConfig>;
