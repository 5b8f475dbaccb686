import { randomUUIDv7 } from 'node:crypto';
import { type Actor, makeEvent, type PayoutEvent } from '@punctual/contracts';
import type { Payout } from '../domain/payout.ts';
import { changedFields, toPayoutEvent } from '../domain/present.ts';

// What one version of a payout leaves behind beside the payout itself.

/** What the timeline tells of a change beside the fields. */
export type Change = { actor: Actor; source: 'API' | 'EVENT' | 'SYSTEM'; reason: string | null };

/** The row of the timeline that says how `after` came to be; all of an opening is new. */
export function timelineItem(
  before: Payout | undefined,
  after: Payout,
  { actor, source, reason }: Change,
  traceparent: string | undefined,
) {
  const { type } = toPayoutEvent(after);
  const { id: payoutId, version, updatedAt: at } = after;
  const [, traceId = null] = traceparent?.split('-') ?? [];
  return { payoutId, version, type, actor, source, reason, ...changedFields(before, after), traceId, at };
}

/** The event that tells of a version, in the trace that brought it about. */
export function payoutEvent(payout: Payout, traceparent: string | undefined): PayoutEvent {
  const { type, data } = toPayoutEvent(payout);
  return makeEvent({
    id: randomUUIDv7(),
    type,
    time: payout.updatedAt.toISOString(),
    sequence: payout.version,
    assignmentId: payout.assignmentId,
    data,
    traceparent,
  });
}
