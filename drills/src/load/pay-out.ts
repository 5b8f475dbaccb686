import type { Random } from '../random.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

const looks = 20;

/** Two people of finance approve, one of them twice; somebody may block and unblock in between; then it is paid, and tried again. */
export async function payOut(stage: Stage, random: Random, { assignmentId }: Scene): Promise<void> {
  const [first, second] = [await stage.person('finance'), await stage.person('finance')];
  const payout = await awaiting(stage, first, assignmentId);
  if (!payout) return;
  const give = (by: typeof first, command: string, body = {}) =>
    stage.command(command, 'payout', { by, path: `/payouts/${payout.id}/${command}`, body });

  await give(first, 'approve');
  if (random.chance(0.2)) {
    await give(second, 'block', { reason: 'A second look' });
    await give(second, 'unblock', { reason: 'It is in order' });
  }
  await Promise.all([give(first, 'approve'), give(second, 'approve')]);
  // At the same moment: only one may be the payment.
  await Promise.all([1, 2].map((time) => give(second, 'mark-paid', { reference: `${assignmentId} ${time}` })));
}

async function awaiting(stage: Stage, by: Awaited<ReturnType<Stage['person']>>, assignmentId: string) {
  for (let look = 0; look < looks && !stage.ended.aborted; look += 1) {
    const payout = await stage.look(by, `/assignments/${assignmentId}/payout`);
    if (payout?.status === 'AWAITING_APPROVAL') return payout;
    await stage.wait(200);
  }
  return undefined;
}
