import { randomUUID } from 'node:crypto';
import { eventually, windowOn } from '@punctual/devstack';
import type { TestUser } from './user.ts';

/** A job that its customer has assigned to a provider. */
export type Visit = { customer: TestUser; provider: TestUser; jobId: string; assignmentId: string };

type Headers = Readonly<Record<string, string>>;
type TimeRange = { start: string; end: string };

export const timezone = 'Europe/Berlin';

/** Creates a job and assigns it to the provider. */
export async function giveJob(customer: TestUser, provider: TestUser, amountMinor = 8_000): Promise<Visit> {
  const body = { title: 'The kitchen tap drips', timezone, price: { amountMinor, currency: 'EUR' } };
  const job = await customer.createJob({ body });
  const assignment = await customer.createAssignment({ params: { id: job.id }, body: { providerId: provider.id } });
  return { customer, provider, jobId: job.id, assignmentId: assignment.id };
}

/** The customer proposes a window: an hour at 10:00 some days ahead, unless one is given. */
export function propose(
  { customer, jobId }: Visit,
  { days = 2, window, headers = {} }: { days?: number; window?: TimeRange; headers?: Headers } = {},
) {
  const body = window ?? windowOn(Temporal.Now.instant(), { days, hour: 10, minutes: 60 });
  return customer.proposeForJob({ params: { id: jobId }, body, headers });
}

export function confirm({ provider, assignmentId }: Visit, headers: Headers = {}) {
  return provider.confirmSchedule({ params: { id: assignmentId }, headers });
}

/** Retries a command until it succeeds, with one idempotency key, so that it is executed once. */
export function insist<T>(command: (headers: Headers) => Promise<T>): Promise<T> {
  const headers = { 'idempotency-key': randomUUID() };
  return eventually(() => command(headers));
}
