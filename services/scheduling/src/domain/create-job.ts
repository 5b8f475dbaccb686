import type { CreateJobBody } from '@punctual/contracts';
import type { Job } from './assignment.ts';
import { samePerson } from './create-assignment.ts';
import { requireTimeZone } from './wanted-window.ts';

/**
 * A new job of the customer, open for quotes.
 * @throws DomainError `unknown-timezone`, `same-person`
 */
export function createJob(wanted: CreateJobBody, customerId: string, id: string, now: Temporal.Instant): Job {
  const timezone = requireTimeZone(wanted.timezone);
  if (wanted.providerQueue.includes(customerId)) throw samePerson();
  return {
    id,
    customerId,
    title: wanted.title,
    timezone,
    priceAmountMinor: wanted.price.amountMinor,
    priceCurrency: wanted.price.currency,
    status: 'OPEN',
    rejectionPolicy: wanted.rejectionPolicy,
    providerQueue: wanted.providerQueue,
    currentAssignmentId: null,
    createdAt: now,
    updatedAt: now,
  };
}
