import { randomUUID } from 'node:crypto';
import type { Random } from '../random.ts';
import { openScene, propose, tell, windowIn } from './scene.ts';
import type { Stage } from './stage.ts';

const dayS = 24 * 60 * 60;

/** Several customers want one provider at times that overlap, and the provider confirms all at the same moment. */
export async function contest(stage: Stage, random: Random): Promise<void> {
  const provider = randomUUID();
  const day = random.between(1, 50) * dayS;
  const rivals = await Promise.all(Array.from({ length: 3 }, () => openScene(stage, random, provider)));
  const proposed = await Promise.all(
    rivals.map((scene, index) => propose(stage, scene, 'customer', windowIn(day + index * 60, 60))),
  );
  if (stage.ended.aborted) return;
  await Promise.all(
    rivals.filter((_, index) => proposed[index]).map((scene) => tell(stage, scene, 'provider', 'schedule/confirm')),
  );
  if (random.chance(0.7)) return;
  await tell(stage, random.pick(rivals), 'customer', 'cancel', { reason: 'Somebody else does it' });
}
