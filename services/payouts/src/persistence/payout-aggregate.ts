import {
  type Aggregate,
  type AggregateChange,
  insertRows,
  type Statement,
  saveChanges,
} from '@punctual/chassis/postgres';
import type { Actor, TimelineItem } from '@punctual/contracts';
import type { PayoutState } from '../domain/payout.ts';
import { timelineFields } from '../domain/present.ts';
import { eventTypeOf, payoutEventData } from '../messaging/events.ts';
import { toRow } from './payout-columns.ts';

export const payoutTimeline = { table: 'payout_timeline', key: 'payout_id' };

const payouts: Aggregate<PayoutState, AggregateChange<PayoutState>> = {
  table: 'payout',
  timeline: payoutTimeline,
  idOf: ({ id }) => id,
  versionOf: ({ version }) => version,
  toRow,
  timelineFields,
  event: ({ after }) => ({ assignmentId: after.assignmentId, data: payoutEventData(after) }),
  writesAfter: (saved) => saveHolds(saved.map(({ after }) => after)),
};

/** Why a payout changed. */
export type ChangeCause = {
  actor: Actor;
  reason: string | null;
  source?: TimelineItem['source'];
  /** Of the event that caused it. Without it the current trace. */
  traceparent?: string | undefined;
};

/** One version of a payout. Its status decides its event (design §4, rule 8). */
export function changeOf(
  before: PayoutState | undefined,
  after: PayoutState,
  cause: ChangeCause,
): AggregateChange<PayoutState> {
  return { type: eventTypeOf(after), at: after.updatedAt, before, after, ...cause };
}

/** The statements that save changes of locked payouts. Every change of a payout is saved here. */
export function savePayouts(
  changes: readonly AggregateChange<PayoutState>[],
  deps: { newId: () => string },
): Statement[] {
  return saveChanges(payouts, changes, deps);
}

/** Adds new holds and lifts lifted ones. Nothing else about a hold ever changes. */
function saveHolds(changed: readonly PayoutState[]): Statement[] {
  return insertRows(
    'payout_hold',
    changed.flatMap(({ id: payoutId, holds }) => holds.map((hold) => ({ payoutId, ...hold }))),
    `on conflict (payout_id, id) do update set lifted_by = excluded.lifted_by, lifted_at = excluded.lifted_at
      where payout_hold.lifted_at is null and excluded.lifted_at is not null`,
  );
}
