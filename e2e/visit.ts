import { randomUUID } from 'node:crypto';
import { eventually, windowOn } from '@punctual/devstack';
import type { Person } from './test-stack.ts';

export type Visit = { customer: Person; provider: Person; jobId: string; assignmentId: string };

export const timezone = 'Europe/Berlin';

/** A job of the customer's, given to the provider. */
export async function giveJob(customer: Person, provider: Person, amountMinor = 8_000): Promise<Visit> {
  const body = { title: 'The kitchen tap drips', timezone, price: { amountMinor, currency: 'EUR' } };
  const job = await customer.createJob({ body });
  const given = { params: { id: job.id }, body: { providerId: provider.id } };
  const assignment = await customer.createAssignment(given);
  return { customer, provider, jobId: job.id, assignmentId: assignment.id };
}

type Headers = Readonly<Record<string, string>>;

/** The customer proposes a window some days ahead. */
export function propose(
  { customer, jobId }: Visit,
  { days = 2, headers = {} }: { days?: number; headers?: Headers } = {},
) {
  const body = windowOn(Temporal.Now.instant(), { days, hour: 10, minutes: 60 });
  return customer.proposeForJob({ params: { id: jobId }, body, headers });
}

export function confirm({ provider, assignmentId }: Visit, headers: Headers = {}) {
  return provider.confirmSchedule({ params: { id: assignmentId }, headers });
}

/**
 * Sends a command as an app does that must get through: again and again, with one idempotency key, so that it counts once.
 */
export function insist<T>(command: (headers: Headers) => Promise<T>): Promise<T> {
  const headers = { 'idempotency-key': randomUUID() };
  return eventually(() => command(headers), 20_000);
}
