import type { Assignment, Change } from './api.ts';
import { call } from './call.ts';
import { pause } from './http/abort.ts';
import { pauseMs } from './http/retry.ts';
import type { ConnectionOptions } from './http/send.ts';

export type ReadAfterOptions = {
  /** How long to wait for it: 30 s by default. */
  withinMs?: number;
  signal?: AbortSignal;
};

/** How new an assignment is, and its copies of the payout and the reminders. */
type Age = { schedule: number; payout: number; reminders: number };

/** The API did not show the change in time; what it shows is older. */
export class StaleError extends Error {
  override readonly name = 'StaleError';
}

const rememberedAssignments = 1_000;

/**
 * Returns a function that reads an assignment after a change, or after an answer of the API. What
 * it returns is never older than that, nor than anything it was given or has returned before.
 * @throws StaleError, and what reading throws
 */
export function createReadAfter(options: ConnectionOptions & { retries: number }) {
  const seen = new Map<string, Age>();
  const remember = (id: string, age: Age): Age => {
    const newest = newer(age, seen.get(id));
    seen.delete(id);
    seen.set(id, newest);
    for (const oldest of seen.keys()) if (seen.size > rememberedAssignments) seen.delete(oldest);
    return newest;
  };

  return async (after: Change | Assignment, { withinMs = 30_000, signal }: ReadAfterOptions = {}) => {
    const id = 'data' in after ? after.subject : after.id;
    const until = Date.now() + withinMs;
    remember(id, 'data' in after ? ageOfChange(after) : ageOf(after));
    for (let failed = 0; ; failed += 1) {
      const assignment = await read(options, id, newer(seen.get(id)), signal);
      // What was seen meanwhile counts too.
      if (isAsNew(assignment, newer(seen.get(id)))) {
        remember(id, ageOf(assignment));
        return assignment;
      }
      if (Date.now() > until) throw new StaleError(`Assignment ${id} did not show the change within ${withinMs} ms`);
      await pause(pauseMs(failed, 0, 2_000), signal);
    }
  };
}

async function read(
  options: ConnectionOptions & { retries: number },
  id: string,
  { payout, reminders }: Age,
  signal: AbortSignal | undefined,
): Promise<Assignment> {
  const query = {
    ...(payout > 0 && { minPayoutVersion: payout }),
    ...(reminders > 0 && { minReminderSequence: reminders }),
  };
  const { body } = await call(options, 'getAssignment', { params: { id }, query, signal });
  return body as Assignment;
}

/** The source says which number the sequence is, also for types that this client does not know. */
function ageOfChange({ source, sequence }: Change): Age {
  const number = Number(sequence);
  return {
    schedule: source === '/scheduling' ? number : 0,
    payout: source === '/payouts' ? number : 0,
    reminders: source === '/reminders' ? number : 0,
  };
}

function ageOf({ scheduleVersion, payoutVersion, reminderSequence }: Assignment): Age {
  return { schedule: scheduleVersion, payout: payoutVersion ?? 0, reminders: reminderSequence ?? 0 };
}

function isAsNew(assignment: Assignment, age: Age): boolean {
  const { schedule, payout, reminders } = ageOf(assignment);
  return schedule >= age.schedule && payout >= age.payout && reminders >= age.reminders;
}

function newer(one: Age = { schedule: 0, payout: 0, reminders: 0 }, other = one): Age {
  return {
    schedule: Math.max(one.schedule, other.schedule),
    payout: Math.max(one.payout, other.payout),
    reminders: Math.max(one.reminders, other.reminders),
  };
}
