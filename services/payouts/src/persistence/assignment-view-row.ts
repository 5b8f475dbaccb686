import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { AssignmentStatus, Hold } from '@punctual/contracts';
import { z } from 'zod';
import type { AssignmentView } from '../domain/assignment-view.ts';

export const AssignmentViewRow = defineEntity({
  name: 'AssignmentView',
  tableName: 'assignment_view',
  properties: {
    assignmentId: p.uuid().primary(),
    customerId: p.uuid().strictNullable(),
    providerId: p.uuid().strictNullable(),
    version: p.integer(),
    status: p.enum(AssignmentStatus.options),
    holds: p.json<unknown>(),
    endedBecause: p.text().strictNullable(),
    disputedBecause: p.text().strictNullable(),
    amountMinor: p.bigint('number').strictNullable(),
    currency: p.text().strictNullable(),
  },
});

export function toView({ holds, ...same }: InferEntity<typeof AssignmentViewRow>): AssignmentView {
  return { ...same, holds: z.array(Hold).parse(holds) };
}
