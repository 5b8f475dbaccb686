import { setTimeout as delay } from 'node:timers/promises';
import type { World } from './world.ts';

const lookEveryMs = 200;
/** What one service does the next one hears of. */
const quietLooks = 4;
/** Made anew within seconds when they were lost with their stream. */
const durables = ['payouts-schedule', 'reminders-schedule', 'scheduling-reminder', 'scheduling-payout'];
/** So long ago that the clock must have rung for it. */
const overdueMs = 2_000;

/**
 * Waits until nothing is on its way: outboxes empty, consumers without pending messages, reminders that are due settled. Then reads
 * while nobody can begin anything new: reminders fall due and proposals expire all the time.
 * @returns what was read, and what kept the stack from coming to rest, if it did not in time
 */
export async function readAtRest<T>(
  world: World,
  withinMs: number,
  read: () => Promise<T>,
): Promise<{ state: T; unrest: string | undefined }> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const unrest = await comeToRest(world, deadline);
    const found = await world.still(async () => {
      const busy = unrest ?? (await whatIsBusy(world));
      return busy === unrest ? { state: await read(), unrest } : undefined;
    });
    if (found) return found;
  }
}

async function comeToRest(world: World, deadline: number): Promise<string | undefined> {
  for (let quiet = 0; quiet < quietLooks; ) {
    const busy = await whatIsBusy(world).catch((error: unknown) => `a look failed: ${error}`);
    quiet = busy === undefined ? quiet + 1 : 0;
    if (busy !== undefined && performance.now() > deadline) return busy;
    await delay(lookEveryMs);
  }
  return undefined;
}

async function whatIsBusy({ databases, bus, mongo }: World): Promise<string | undefined> {
  for (const [name, pool] of Object.entries(databases)) {
    const { rows } = await pool.query<{ unpublished: number }>(
      'select count(*)::int as unpublished from outbox where published_at is null',
    );
    const unpublished = rows[0]?.unpublished ?? 0;
    if (unpublished > 0) return `${unpublished} events wait in the outbox of ${name}`;
  }
  const consumers = await bus.consumers();
  const absent = durables.find((durable) =>
    consumers.every(({ name, stream_name }) => name !== durable || stream_name === 'REPLAY'),
  );
  if (absent !== undefined) return `${absent} consumes nothing`;
  const working = consumers.filter(({ num_pending, num_ack_pending }) => num_pending + num_ack_pending > 0);
  if (working.length > 0) {
    return working.map((each) => `${each.name} has ${each.num_pending}+${each.num_ack_pending} to do`).join(', ');
  }
  const db = mongo.db();
  const undone = await db.collection('assignments').countDocuments({ 'outbox.0': { $exists: true } });
  if (undone > 0) return `${undone} decisions about reminders are not carried out`;
  const due = await db.collection('reminders').countDocuments({
    state: { $in: ['PLANNED', 'OVERDUE', 'SENDING'] },
    sendAt: { $lt: new Date(Date.now() - overdueMs) },
  });
  return due > 0 ? `${due} reminders are due and not settled` : undefined;
}
