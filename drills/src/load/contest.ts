import { randomUUID } from 'node:crypto';
import type { Random } from '../random.ts';
import type { JourneyContext } from './journey.ts';
import { createTestAssignment, sendCommand, sendProposal, windowStartingIn } from './test-assignment.ts';

const dayS = 24 * 60 * 60;

/**
 * Three customers propose overlapping windows to one provider, who confirms all of them at once.
 */
export async function contest(context: JourneyContext, random: Random): Promise<void> {
  const provider = randomUUID();
  const day = random.between(1, 50) * dayS;
  const rivals = await Promise.all(Array.from({ length: 3 }, () => createTestAssignment(context, random, provider)));
  const proposed = await Promise.all(
    rivals.map((assignment, index) =>
      sendProposal(context, assignment, 'customer', windowStartingIn(day + index * 60, 60)),
    ),
  );
  if (context.ended.aborted) return;
  await Promise.all(
    rivals
      .filter((_, index) => proposed[index])
      .map((assignment) => sendCommand(context, assignment, 'provider', 'schedule/confirm')),
  );
  if (random.chance(0.7)) return;
  await sendCommand(context, random.pick(rivals), 'customer', 'cancel', { reason: 'Somebody else does it' });
}
