import type { Random } from '../random.ts';
import type { JourneyContext, TestAssignment } from './journey.ts';

const polls = 20;

/**
 * Two users of finance approve, one of them twice, and one may block and unblock in between. Then
 * both attempts to mark it as paid race each other.
 */
export async function payOut(context: JourneyContext, random: Random, { assignmentId }: TestAssignment): Promise<void> {
  const [first, second] = [await context.user('finance'), await context.user('finance')];
  const payout = await awaiting(context, first, assignmentId);
  if (!payout) return;
  const send = (by: typeof first, name: string, body = {}) =>
    context.command({ name, aggregate: 'payout', id: payout.id }, { by, path: `/payouts/${payout.id}/${name}`, body });

  await send(first, 'approve');
  if (random.chance(0.2)) {
    await send(second, 'block', { reason: 'A second look' });
    await send(second, 'unblock', { reason: 'It is in order' });
  }
  await Promise.all([send(first, 'approve'), send(second, 'approve')]);
  // At the same moment: only one may succeed.
  await Promise.all([1, 2].map((time) => send(second, 'mark-paid', { reference: `${assignmentId} ${time}` })));
}

async function awaiting(
  context: JourneyContext,
  by: Awaited<ReturnType<JourneyContext['user']>>,
  assignmentId: string,
) {
  for (let poll = 0; poll < polls && !context.ended.aborted; poll += 1) {
    const payout = await context.read(by, `/assignments/${assignmentId}/payout`);
    if (payout?.status === 'AWAITING_APPROVAL') return payout;
    await context.wait(200);
  }
  return undefined;
}
