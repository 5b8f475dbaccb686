import { defineEntity, p } from '@mikro-orm/core';
import { AssignmentStatus, PayoutStatus, ProposedBy, ReminderStatus } from '@punctual/contracts';
import { InstantType } from './instant-type.ts';

export const AssignmentRow = defineEntity({
  name: 'Assignment',
  tableName: 'assignment',
  properties: {
    id: p.uuid().primary(),
    jobId: p.uuid(),
    customerId: p.uuid(),
    providerId: p.uuid(),
    status: p.enum(AssignmentStatus.options),
    scheduledStart: p.type(InstantType).strictNullable(),
    scheduledEnd: p.type(InstantType).strictNullable(),
    timezone: p.text(),
    scheduleProposedBy: p.enum(ProposedBy.options).strictNullable(),
    scheduleVersion: p.integer(),
    scheduleNotes: p.text().strictNullable(),
    proposalExpiresAt: p.type(InstantType).strictNullable(),
    confirmedAt: p.type(InstantType).strictNullable(),
    rejectedAt: p.type(InstantType).strictNullable(),
    rejectReason: p.text().strictNullable(),
    disputedAt: p.type(InstantType).strictNullable(),
    reminderStatus: p.enum(ReminderStatus.options),
    reminderLastSentAt: p.type(InstantType).strictNullable(),
    payoutStatus: p.enum(PayoutStatus.options).strictNullable(),
    payoutApprovedBy: p.uuid().strictNullable(),
    payoutApprovedAt: p.type(InstantType).strictNullable(),
    priceAmountMinor: p.bigint('number'),
    priceCurrency: p.text(),
    createdAt: p.type(InstantType),
    updatedAt: p.type(InstantType),
  },
});
