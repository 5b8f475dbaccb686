import type { CreateJobBody } from '@punctual/contracts';
import type { JobState } from './assignment.ts';
import { samePerson } from './create-assignment.ts';
import { requireTimeZone } from './wanted-window.ts';

/**
 * Creates a job of the customer, open for quotes.
 * @throws DomainError `unknown-timezone`, `same-person`
 */
export function createJob(wanted: CreateJobBody, customerId: string, id: string, now: Temporal.Instant): JobState {
  const timezone = requireTimeZone(wanted.timezone);
  if (wanted.providerQueue.includes(customerId)) throw samePerson();
  return {
    id,
    customerId,
    title: wanted.title,
    description: wanted.description ?? null,
    ...locationFields(wanted.location ?? null),
    durationMinutes: wanted.durationMinutes ?? null,
    reference: wanted.reference ?? null,
    metadata: wanted.metadata,
    timezone,
    priceAmountMinor: wanted.price.amountMinor,
    priceCurrency: wanted.price.currency,
    status: 'OPEN',
    rejectionPolicy: wanted.rejectionPolicy,
    providerQueue: wanted.providerQueue,
    currentAssignmentId: null,
    version: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** A location as its fields of a job. */
export function locationFields(
  location: CreateJobBody['location'] | null,
): Pick<JobState, 'locationLabel' | 'locationLatitude' | 'locationLongitude'> {
  return {
    locationLabel: location?.label ?? null,
    locationLatitude: location?.latitude ?? null,
    locationLongitude: location?.longitude ?? null,
  };
}
