import { z } from 'zod';
import { sample } from '../samples.ts';
import { Currency, Instant, Money, TimeZone, Uuid } from '../scalars.ts';
import { requiredLine } from '../text.ts';

export const JobStatus = z.enum(['OPEN', 'ASSIGNED', 'DONE', 'CANCELLED']).meta({ id: 'JobStatus' });
export type JobStatus = z.infer<typeof JobStatus>;

/** What follows when a provider is released: ask for quotes again, or invite the next of the queue (design §4.4). */
export const RejectionPolicy = z.enum(['REOPEN_QUOTES', 'INVITE_NEXT']).meta({ id: 'RejectionPolicy' });
export type RejectionPolicy = z.infer<typeof RejectionPolicy>;

export const Job = z
  .strictObject({
    id: Uuid,
    customerId: Uuid,
    title: z.string(),
    timezone: TimeZone,
    price: Money,
    status: JobStatus,
    rejectionPolicy: RejectionPolicy,
    providerQueue: z.array(Uuid),
    currentAssignmentId: Uuid.nullable(),
    createdAt: Instant,
    updatedAt: Instant,
  })
  .meta({
    id: 'Job',
    examples: [
      {
        id: sample.jobId,
        customerId: sample.customerId,
        title: 'The kitchen tap leaks',
        timezone: 'Europe/Berlin',
        price: sample.price,
        status: 'ASSIGNED',
        rejectionPolicy: 'INVITE_NEXT',
        providerQueue: [sample.nextProviderId],
        currentAssignmentId: sample.assignmentId,
        createdAt: sample.createdAt,
        updatedAt: sample.changedAt,
      },
    ],
  });
export type Job = z.infer<typeof Job>;

/**
 * What `Intl` still lists, and nobody can be paid in: ISO 4217 has withdrawn the first six (ANG 2025, BGN 2026, CUC 2021, HRK 2023,
 * SLL 2024, ZWL 2024); the last two are units of account between states. Metals, funds, XTS and XXX it does not list.
 */
const notPayable = new Set(['ANG', 'BGN', 'CUC', 'HRK', 'SLL', 'ZWL', 'XDR', 'XSU']);

// Asked once: the list is long, and the same for the life of a process.
const payable = new Set(Intl.supportedValuesOf('currency').filter((code) => !notPayable.has(code)));

const Price = Money.extend({
  currency: Currency.refine((code) => payable.has(code), 'not an ISO 4217 currency that is in use'),
});

const ProviderQueue = z
  .array(Uuid)
  .max(100)
  .refine((ids) => new Set(ids).size === ids.length, 'each provider at most once')
  .meta({ uniqueItems: true });

export const CreateJobBody = z
  .strictObject({
    title: requiredLine(200),
    timezone: TimeZone,
    price: Price,
    rejectionPolicy: RejectionPolicy.default('REOPEN_QUOTES'),
    providerQueue: ProviderQueue.default([]),
  })
  .meta({
    id: 'CreateJobBody',
    examples: [
      {
        title: 'The kitchen tap leaks',
        timezone: 'Europe/Berlin',
        price: sample.price,
        rejectionPolicy: 'INVITE_NEXT',
        providerQueue: [sample.nextProviderId],
      },
    ],
  });
export type CreateJobBody = z.infer<typeof CreateJobBody>;
