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

/** Errors of one cause differ in ports and times, not in kind. */
function keyOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  const code: unknown = Reflect.get(reason, 'code');
  return `${reason.constructor.name} ${code ?? reason.message}`;
}
