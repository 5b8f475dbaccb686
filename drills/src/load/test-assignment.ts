import type { Random } from '../random.ts';
import type { JourneyContext } from './journey.ts';
import type { DrillUser } from './retrying-sender.ts';

/** An assignment with the two users it concerns. */
export type TestAssignment = { customer: DrillUser; provider: DrillUser; jobId: string; assignmentId: string };

/**
 * @param provider the id of a provider that other customers want as well; a new one when left out
 */
export async function createTestAssignment(
  context: JourneyContext,
  random: Random,
  provider?: string,
): Promise<TestAssignment> {
  const customer = await context.user('customer');
  const worker = await context.user('provider', provider);
  const job = await context.create(customer, '/jobs', {
    title: 'The kitchen tap drips',
    timezone: 'Europe/Berlin',
    price: { amountMinor: random.pick([8_000, 150_000]), currency: 'EUR' },
  });
  const assignment = await context.create(customer, `/jobs/${job.id}/assignments`, { providerId: worker.id });
  return { customer, provider: worker, jobId: job.id, assignmentId: assignment.id };
}

/** Returns a window that starts this many seconds from now. */
export function windowStartingIn(seconds: number, minutes = 30): { start: string; end: string } {
  const start = Date.now() + seconds * 1_000;
  return { start: new Date(start).toISOString(), end: new Date(start + minutes * 60_000).toISOString() };
}

/** Proposes a window: customers by job, providers by assignment. */
export function sendProposal(
  context: JourneyContext,
  assignment: TestAssignment,
  by: 'customer' | 'provider',
  window: object,
) {
  const path =
    by === 'customer' ? `/jobs/${assignment.jobId}/schedule` : `/assignments/${assignment.assignmentId}/schedule`;
  return context.command('propose', 'assignment', { by: assignment[by], path, body: window });
}

/** Sends any other command on the assignment. */
export function sendCommand(
  context: JourneyContext,
  assignment: TestAssignment,
  by: 'customer' | 'provider',
  command: string,
  body: object = {},
) {
  const path = `/assignments/${assignment.assignmentId}/${command}`;
  return context.command(command, 'assignment', { by: assignment[by], path, body });
}
