import type * as contract from '@punctual/contracts';
import type { Instant, Uuid } from '@punctual/contracts';

/** A reason that stops a payout; it stays known after it was lifted. */
export type Hold = contract.Hold & { liftedBy: Uuid | null; liftedAt: Instant | null };

/** An end of the assignment: nothing is owed any more, so no person lifts it. */
export function isEnd({ kind }: Pick<Hold, 'kind'>): boolean {
  return kind === 'CANCELLED' || kind === 'DECLINED';
}

/** Those that stop the payout now, oldest first. */
export function openHolds(holds: readonly Hold[]): Hold[] {
  return holds.filter(({ liftedAt }) => liftedAt === null);
}

/** The reason of the newest one, if anything stops the payout. */
export function newestReason(holds: readonly Hold[]): string | null {
  return openHolds(holds).at(-1)?.reason ?? null;
}

export function addHolds(holds: readonly Hold[], more: readonly contract.Hold[]): Hold[] {
  return inOrder([...holds, ...more.map((hold) => ({ ...hold, liftedBy: null, liftedAt: null }))]);
}

/** Oldest first, so that the order in which they became known does not matter. */
export function inOrder<H extends contract.Hold>(holds: readonly H[]): H[] {
  return holds.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}

export function liftHolds(holds: readonly Hold[], ids: ReadonlySet<Uuid>, by: Uuid, at: Date): Hold[] {
  const lifted = { liftedBy: by, liftedAt: at.toISOString() };
  return holds.map((hold) => (ids.has(hold.id) && hold.liftedAt === null ? { ...hold, ...lifted } : hold));
}

function key({ at, id }: contract.Hold): string {
  return `${at} ${id}`;
}
