import { setTimeout as delay } from 'node:timers/promises';
import type { World } from './world.ts';

const lookEveryMs = 200;
/** What one service does the next one hears of. */
const quietLooks = 4;
/** So long ago that the clock must have rung for it. */
const overdueMs = 2_000;

/**
 * Waits until nothing is on its way: outboxes empty, consumers without pending messages, reminders that are due settled.
 * @returns what kept it from coming to rest, if it did not in time
 */
export async function quiesce(world: World, withinMs: number): Promise<string | undefined> {
  const deadline = performance.now() + withinMs;
  let busy: string | undefined = 'nothing was looked at';
  for (let quiet = 0; quiet < quietLooks; ) {
    busy = await whatIsBusy(world).catch((error: unknown) => `a look failed: ${error}`);
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
