import { defineEntity, p } from '@mikro-orm/core';
import { AssignmentStatus } from '@punctual/contracts';

export const AssignmentViewRow = defineEntity({
  name: 'AssignmentView',
  tableName: 'assignment_view',
  properties: {
    assignmentId: p.uuid().primary(),
    version: p.integer(),
    status: p.enum(AssignmentStatus.options),
    endedBecause: p.text().strictNullable(),
    disputedBecause: p.text().strictNullable(),
    amountMinor: p.bigint('number').strictNullable(),
    currency: p.text().strictNullable(),
  },
});
