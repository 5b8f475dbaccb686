import { setTimeout as delay } from 'node:timers/promises';
import { consumers } from '@punctual/contracts';
import type { DrillStack } from './drill-stack.ts';

const pollEveryMs = 200;
/** Idle polls in a row, because one service's work causes work at the next. */
const idlePolls = 4;
/** The services create these again within seconds of losing them with their stream. */
const durables = Object.values(consumers).map(({ durable }) => durable);
/** Reminders due for this long must have been dispatched. */
const overdueMs = 2_000;

/** What is read of a stack, without its services. */
export type ObservedStack = Pick<DrillStack, 'peer' | 'databases' | 'mongo'>;

/**
 * Waits until outboxes are empty, consumers have nothing pending and due reminders are settled.
 * Then reads while all services are stopped, because reminders fall due and proposals expire all
 * the time.
 * @returns what was read, and what was still busy when the time was over
 */
export async function readWhenIdle<T>(
  stack: ObservedStack & Pick<DrillStack, 'whileStopped'>,
  withinMs: number,
  read: () => Promise<T>,
): Promise<{ state: T; busy: string | undefined }> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const busy = await untilIdle(stack, deadline);
    const found = await stack.whileStopped(async () => {
      const stillBusy = busy ?? (await findBusy(stack));
      return stillBusy === busy ? { state: await read(), busy } : undefined;
    });
    if (found) return found;
  }
}

async function untilIdle(stack: ObservedStack, deadline: number): Promise<string | undefined> {
  for (let idle = 0; idle < idlePolls; ) {
    const busy = await findBusy(stack).catch((error: unknown) => `a check failed: ${error}`);
    idle = busy === undefined ? idle + 1 : 0;
    if (busy !== undefined && performance.now() > deadline) return busy;
    await delay(pollEveryMs);
  }
  return undefined;
}

async function findBusy({ databases, peer, mongo }: ObservedStack): Promise<string | undefined> {
  for (const [name, pool] of Object.entries(databases)) {
    const { rows } = await pool.query<{ unpublished: number }>(
      'select count(*)::int as unpublished from outbox where published_at is null',
    );
    const unpublished = rows[0]?.unpublished ?? 0;
    if (unpublished > 0) return `${unpublished} unpublished events in the outbox of ${name}`;
  }
  const found = await peer.consumers();
  const absent = durables.find((durable) =>
    found.every(({ name, stream_name }) => name !== durable || stream_name === 'REPLAY'),
  );
  if (absent !== undefined) return `${absent} does not exist`;
  const working = found.filter(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending > 0);
  if (working.length > 0) {
    return working
      .map((each) => `${each.name} has ${each.num_pending} pending and ${each.num_ack_pending} unacknowledged`)
      .join(', ');
  }
  const db = mongo.db();
  const undone = await db.collection('assignments').countDocuments({ 'outbox.0': { $exists: true } });
  if (undone > 0) return `${undone} decisions about reminders are not flushed`;
  const due = await db
    .collection('reminders')
    .find({ state: { $in: ['PLANNED', 'OVERDUE', 'SENDING'] }, sendAt: { $lt: new Date(Date.now() - overdueMs) } })
    .toArray();
  const [first] = due;
  if (!first) return undefined;
  const record = await db.collection('assignments').findOne({ _id: first.assignmentId });
  return `${due.length} due reminders are not settled, such as ${JSON.stringify({ first, record })}`;
}
