import type { Random } from '../random.ts';
import type { JourneyContext } from './journey.ts';
import { createTestAssignment, sendCommand, sendProposal, windowStartingIn } from './test-assignment.ts';

const rounds = 3;
const farS = [100_000, 1_000_000] as const;

/**
 * Both sides send commands at the same moment, most of them meant for the version that both have
 * seen: of those only one may be accepted.
 */
export async function rivals(context: JourneyContext, random: Random): Promise<void> {
  const assignment = await createTestAssignment(context, random);
  const window = () => windowStartingIn(random.between(...farS));
  let current = await sendProposal(context, assignment, 'customer', window());
  for (let round = 0; round < rounds && current && !context.ended.aborted; round += 1) {
    const precondition = random.chance(0.8) ? { ifMatch: current.scheduleVersion ?? 0 } : {};
    await Promise.all([
      sendProposal(context, assignment, 'customer', window(), precondition),
      random.chance(0.5)
        ? sendProposal(context, assignment, 'provider', window(), precondition)
        : sendCommand(context, assignment, 'provider', 'schedule/confirm', {}, precondition),
    ]);
    current = await context.read(assignment.provider, `/assignments/${assignment.assignmentId}`);
  }
  if (!current) return;
  const cancelled = { reason: 'Too many changes' };
  const rejected = { reason: 'Too many changes', scope: random.pick(['window', 'assignment']) };
  await Promise.all([
    sendCommand(context, assignment, 'customer', 'cancel', cancelled),
    sendCommand(context, assignment, 'provider', 'reject', rejected),
  ]);
}
