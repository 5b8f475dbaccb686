import { defineEntity, p } from '@mikro-orm/core';
import { JobStatus, RejectionPolicy } from '@punctual/contracts';
import { InstantType } from './instant-type.ts';

export const JobRow = defineEntity({
  name: 'Job',
  tableName: 'job',
  properties: {
    id: p.uuid().primary(),
    customerId: p.uuid(),
    title: p.text(),
    timezone: p.text(),
    priceAmountMinor: p.bigint('number'),
    priceCurrency: p.text(),
    status: p.enum(JobStatus.options),
    rejectionPolicy: p.enum(RejectionPolicy.options),
    providerQueue: p.array().columnType('uuid[]'),
    currentAssignmentId: p.uuid().strictNullable(),
    createdAt: p.type(InstantType),
    updatedAt: p.type(InstantType),
  },
});
