import type { Random } from '../random.ts';
import type { JourneyContext } from './journey.ts';
import type { DrillUser } from './retrying-sender.ts';

const pauseMs = [5, 40] as const;
const listed = 20;
/** As many as a list may be asked for. */
const page = 100;

/**
 * Reads assignments that others change meanwhile, one by one and in lists, as their customer, their
 * provider or ops, until the load ends.
 */
export async function readMeanwhile(context: JourneyContext, random: Random): Promise<void> {
  const ops = await context.user('ops');
  while (!context.ended.aborted) {
    await context.wait(random.between(...pauseMs));
    if (context.shown.length === 0) continue;
    const { assignmentId, customer, provider } = random.pick(context.shown);
    const by = random.pick([customer, provider, ops]);
    const ids = random
      .shuffle(context.shown)
      .slice(0, listed)
      .map((each) => each.assignmentId);
    if (random.chance(0.5)) await context.read(by, `/assignments/${assignmentId}`);
    else await context.read(by, by === ops ? listOf(ids) : '/assignments');
  }
}

/** Reads assignments a last time, as ops. */
export async function readAll(context: JourneyContext, ops: DrillUser, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += page) await context.read(ops, listOf(ids.slice(from, from + page)));
}

function listOf(ids: readonly string[]): string {
  return `/assignments?limit=${page}&ids=${ids.join(',')}`;
}
