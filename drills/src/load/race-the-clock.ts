import type { Random } from '../random.ts';
import type { JourneyContext } from './journey.ts';
import { createTestAssignment, sendCommand, sendProposal, windowStartingIn } from './test-assignment.ts';

/** `REMINDER_UPCOMING_1H_MINUTES` of the drill stack. */
const leadMs = 60_000;

/** Cancels or moves a confirmed window just as its reminder falls due. */
export async function raceTheClock(context: JourneyContext, random: Random): Promise<void> {
  const assignment = await createTestAssignment(context, random);
  const window = windowStartingIn(leadMs / 1_000 + random.between(2, 4));
  if (!(await sendProposal(context, assignment, 'customer', window))) return;
  if (!(await sendCommand(context, assignment, 'provider', 'schedule/confirm'))) return;
  const dueInMs = Date.parse(window.start) - leadMs - Date.now();
  await context.wait(Math.max(0, dueInMs + random.between(-150, 250)));
  if (context.ended.aborted) return;
  if (random.chance(0.5)) await sendCommand(context, assignment, 'customer', 'cancel', { reason: 'Just in time' });
  else await sendProposal(context, assignment, 'provider', windowStartingIn(leadMs / 1_000 + random.between(2, 4)));
}
