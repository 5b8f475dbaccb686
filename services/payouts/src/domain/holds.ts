import { formatInstant } from '@punctual/chassis/domain';
import type * as contract from '@punctual/contracts';
import type { Instant, Uuid } from '@punctual/contracts';

/** A reason that stops a payout; it stays known after it was lifted. */
export type HoldState = contract.Hold & { liftedBy: Uuid | null; liftedAt: Instant | null };

/** An end of the assignment: nothing is owed any more, so no person lifts it. */
export function isEnd({ kind }: Pick<HoldState, 'kind'>): boolean {
  return kind === 'CANCELLED' || kind === 'DECLINED';
}

/** Those that stop the payout now, oldest first. */
export function openHolds(holds: readonly HoldState[]): HoldState[] {
  return holds.filter(({ liftedAt }) => liftedAt === null);
}

/** The reason of the newest one, if anything stops the payout. */
export function newestReason(holds: readonly HoldState[]): string | null {
  return openHolds(holds).at(-1)?.reason ?? null;
}

export function addHolds(holds: readonly HoldState[], more: readonly contract.Hold[]): HoldState[] {
  return inOrder([...holds, ...more.map((hold) => ({ ...hold, liftedBy: null, liftedAt: null }))]);
}

/** Oldest first, so that the order in which they became known does not matter. */
export function inOrder<H extends contract.Hold>(holds: readonly H[]): H[] {
  return holds.toSorted((one, other) => (key(one) < key(other) ? -1 : 1));
}

/** @param by null when the reason itself no longer holds */
export function liftHolds(
  holds: readonly HoldState[],
  ids: ReadonlySet<Uuid>,
  by: Uuid | null,
  at: Temporal.Instant,
): HoldState[] {
  const lifted = { liftedBy: by, liftedAt: formatInstant(at) };
  return holds.map((hold) => (ids.has(hold.id) && hold.liftedAt === null ? { ...hold, ...lifted } : hold));
}

function key({ at, id }: contract.Hold): string {
  return `${at} ${id}`;
}
