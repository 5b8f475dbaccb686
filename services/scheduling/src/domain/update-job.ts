import { DomainError } from '@punctual/chassis/domain';
import type { UpdateJobBody } from '@punctual/contracts';
import type { JobState } from './assignment.ts';
import { samePerson } from './create-assignment.ts';
import { locationFields } from './create-job.ts';
import { requireTimeZone } from './wanted-window.ts';

/**
 * Returns the fields of a job that change. Price and time zone are part of what a provider was
 * given, so they stay once the job is assigned.
 * @throws DomainError `invalid-transition`, `unknown-timezone`, `same-person`
 */
export function updateJob(job: JobState, wanted: UpdateJobBody): Partial<JobState> {
  requireUnfinished(job, 'Changing it');
  if ((wanted.price || wanted.timezone !== undefined) && job.status !== 'OPEN') {
    const detail = `Price and time zone can only be changed while the job is OPEN; it is ${job.status}.`;
    throw new DomainError('invalid-transition', detail);
  }
  const { location, price, timezone, ...others } = wanted;
  const fields = {
    ...others,
    ...(location !== undefined && locationFields(location)),
    ...(price && { priceAmountMinor: price.amountMinor, priceCurrency: price.currency }),
    ...(timezone !== undefined && { timezone: requireTimeZone(timezone) }),
  };
  if (fields.providerQueue?.includes(job.customerId)) throw samePerson();
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([name, value]) => value !== undefined && textOf(value) !== textOf(job[name as keyof JobState]),
    ),
  );
}

/** @throws DomainError `invalid-transition` */
export function requireUnfinished({ status }: JobState, doing: string): void {
  if (status === 'OPEN' || status === 'ASSIGNED') return;
  throw new DomainError('invalid-transition', `${doing} is not possible: the job is ${status}.`);
}

/** Equal for objects with the same members in another order. */
function textOf(value: unknown): string {
  return JSON.stringify(value, Object.keys(Object(value)).sort());
}
