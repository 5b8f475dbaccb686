import { isUnavailable } from '../unavailable/is-unavailable.ts';
import type { Logger } from './logger.ts';

/** What the log says of something that does not work for a while: once that and why, once that it works again. */
export type Outage = {
  isAway(): boolean;
  /** Repeats nothing: an attempt that fails for a reason that was logged already is no news. */
  away(reason?: unknown): void;
  back(): void;
};

/** The lines of an outage; `fields`, such as the server without credentials, go with both. */
export type OutageLines = { away: string; back: string; fields: Record<string, unknown> };

export function logOutage(logger: Logger, { away, back, fields }: OutageLines): Outage {
  const said = new Set<string>();
  return {
    isAway: () => said.size > 0,
    away: (reason) => {
      // Without a reason it is news only when nothing was said yet.
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

/** One restart of a server gives several errors in turn: they count as one. A refused sign-in does not, for it does not mend itself. */
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
