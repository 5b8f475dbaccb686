import type { ClientOperation } from '../history/client-operation.ts';

/**
 * A database forgot its last commits, as after a restore from a backup. Times by `performance.now()`.
 * What was answered before `from` is kept. What was answered in between need not hold.
 */
export type Loss = {
  /** The aggregates of that database. */
  of: readonly ClientOperation['aggregate'][];
  from: number;
  /** When the database was in step with its stream again. */
  until: number;
};

/** Whether the effect of a command may be lost: it was on its way or answered in between. */
export function mayBeLost(
  { of, from, until }: Loss,
  { aggregate, call, return: answered }: Pick<ClientOperation, 'aggregate' | 'call' | 'return'>,
): boolean {
  return of.includes(aggregate) && call < until && (answered === undefined || answered > from);
}

/** Whether something was done to such an aggregate while its database was older than its stream, or soon was. */
export function isMeanwhile(losses: readonly Loss[], aggregate: ClientOperation['aggregate'], at: Date): boolean {
  const time = at.getTime() - performance.timeOrigin;
  return losses.some(({ of, from, until }) => of.includes(aggregate) && time > from && time < until);
}
