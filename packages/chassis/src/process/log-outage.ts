import { isUnavailable } from '../unavailable/is-unavailable.ts';
import type { Logger } from './logger.ts';

/** Logs an outage once with its reason when it begins, and once when it ends. */
export type Outage = {
  isAway(): boolean;
  /** Logs the reason, unless it was already logged in this outage. */
  away(reason?: unknown): void;
  back(): void;
};

/** The messages of an outage; both carry `fields`, such as the server without credentials. */
export type OutageLines = { away: string; back: string; fields: Record<string, unknown> };

export function logOutage(logger: Logger, { away, back, fields }: OutageLines): Outage {
  const said = new Set<string>();
  return {
    isAway: () => said.size > 0,
    away: (reason) => {
      // Without a reason it is logged only as the first line of an outage.
      const key = reason === undefined ? ([...said][0] ?? '') : keyOf(reason);
      if (said.has(key)) return;
      said.add(key);
      logger.warn({ ...fields, ...(reason !== undefined && { err: reason }) }, away);
    },
    back: () => {
      if (said.size > 0) logger.info(fields, back);
      said.clear();
    },
  };
}

/**
 * The different errors of one restart count as one reason. A refused sign-in is another: someone
 * has to fix it.
 */
function keyOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  if (isSignInRefused(reason)) return 'sign-in';
  if (isUnavailable(reason)) return 'unavailable';
  const code: unknown = Reflect.get(reason, 'code');
  return `${reason.constructor.name} ${code ?? reason.message}`;
}

/** By NATS, PostgreSQL (class 28) or MongoDB (18). */
function isSignInRefused(error: Error): boolean {
  const { name, cause } = error;
  const code: unknown = Reflect.get(error, 'code');
  if (name === 'AuthorizationError' || name === 'UserAuthenticationExpiredError') return true;
  if (typeof code === 'string' ? /^28[0-9A-Z]{3}$/.test(code) : code === 18 && name.startsWith('Mongo')) return true;
  return cause instanceof Error && isSignInRefused(cause);
}
