import type { Random } from '../random.ts';
import type { JourneyContext, TestAssignment } from './journey.ts';
import { payOut } from './pay-out.ts';
import { createTestAssignment, sendCommand, sendProposal, windowStartingIn } from './test-assignment.ts';

type Side = 'customer' | 'provider';

/**
 * Windows that start within the drill, windows whose reminders fall due within it, and distant
 * ones.
 */
const startsInSeconds = [
  [4, 9],
  [62, 72],
  [86_400, 1_000_000],
] as const;

/**
 * A whole visit, with random turns: counter-proposals, rejections, changed windows, cancellations.
 */
export async function visit(context: JourneyContext, random: Random): Promise<void> {
  const assignment = await createTestAssignment(context, random);
  let proposer: Side = random.pick(['customer', 'provider']);
  let window = randomWindow(random);
  if (!(await sendProposal(context, assignment, proposer, window))) return;

  for (let turns = random.between(1, 5); turns > 0 && !context.ended.aborted; turns -= 1) {
    await context.wait(random.between(0, 300));
    const other: Side = proposer === 'customer' ? 'provider' : 'customer';
    const turn = random.next();
    if (turn < 0.5) {
      if (!(await sendCommand(context, assignment, other, 'schedule/confirm'))) return;
      if (random.chance(0.7)) return afterwards(context, random, assignment, window);
    } else if (turn < 0.75) {
      window = randomWindow(random);
      const rejection = { reason: 'Not then', scope: 'window', counter: window };
      if (!(await sendCommand(context, assignment, other, 'reject', rejection))) return;
      proposer = other;
    } else if (turn < 0.9) {
      window = randomWindow(random);
      proposer = random.pick(['customer', 'provider']);
      if (!(await sendProposal(context, assignment, proposer, window))) return;
    } else {
      await end(context, random, assignment);
      return;
    }
  }
}

function randomWindow(random: Random) {
  const [from, to] = random.pick(startsInSeconds);
  return windowStartingIn(random.between(from, to));
}

async function end(context: JourneyContext, random: Random, assignment: TestAssignment): Promise<void> {
  if (random.chance(0.5))
    await sendCommand(context, assignment, 'customer', 'cancel', { reason: 'Not needed any more' });
  else await sendCommand(context, assignment, 'provider', 'reject', { reason: 'Too far away', scope: 'assignment' });
}

/** After the confirmation: completes the visit and pays for it, or cancels it. */
async function afterwards(
  context: JourneyContext,
  random: Random,
  assignment: TestAssignment,
  window: { start: string },
): Promise<void> {
  const startsInMs = Date.parse(window.start) - Date.now();
  if (startsInMs > 10_000 || random.chance(0.2)) return end(context, random, assignment);
  await context.wait(startsInMs + 50);
  if (context.ended.aborted) return;
  if (random.chance(0.1))
    await sendCommand(context, assignment, 'customer', 'dispute', { kind: 'QUALITY', reason: 'It still drips' });
  if (await sendCommand(context, assignment, 'provider', 'complete')) await payOut(context, random, assignment);
}
