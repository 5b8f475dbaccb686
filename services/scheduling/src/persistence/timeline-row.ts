import { defineEntity, p } from '@mikro-orm/core';

/** Append-only: one row for each version of an assignment. */
export const TimelineRow = defineEntity({
  name: 'AssignmentTimeline',
  tableName: 'assignment_timeline',
  properties: {
    assignmentId: p.uuid().primary(),
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
