import { defineEntity, p } from '@mikro-orm/core';

/** Append-only: one row for each version of a payout. */
export const PayoutTimelineRow = defineEntity({
  name: 'PayoutTimeline',
  tableName: 'payout_timeline',
  properties: {
    payoutId: p.uuid().primary(),
    version: p.integer().primary(),
    type: p.text(),
    actor: p.json<unknown>(),
    source: p.text(),
    reason: p.text().strictNullable(),
    before: p.json<unknown>(),
    after: p.json<unknown>(),
    traceId: p.text().strictNullable(),
    at: p.datetime(3),
  },
});
