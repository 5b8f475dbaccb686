import type { Random } from '../random.ts';
import { openScene, propose, tell, windowIn } from './scene.ts';
import type { Stage } from './stage.ts';

/** As `REMINDER_UPCOMING_1H_MINUTES` of the drills. */
const leadMs = 60_000;

/** Somebody changes their mind at the very moment at which the reminder of the window is due. */
export async function raceTheClock(stage: Stage, random: Random): Promise<void> {
  const scene = await openScene(stage, random);
  const window = windowIn(leadMs / 1_000 + random.between(2, 4));
  if (!(await propose(stage, scene, 'customer', window))) return;
  if (!(await tell(stage, scene, 'provider', 'schedule/confirm'))) return;
  const dueInMs = Date.parse(window.start) - leadMs - Date.now();
  await stage.wait(Math.max(0, dueInMs + random.between(-150, 250)));
  if (stage.ended.aborted) return;
  if (random.chance(0.5)) await tell(stage, scene, 'customer', 'cancel', { reason: 'Just in time' });
  else await propose(stage, scene, 'provider', windowIn(leadMs / 1_000 + random.between(2, 4)));
}
