import type { Random } from '../random.ts';
import { payOut } from './pay-out.ts';
import { openScene, propose, type Scene, tell, windowIn } from './scene.ts';
import type { Stage } from './stage.ts';

type Side = 'customer' | 'provider';

/** Windows that start within the drill, whose reminders are due within it, and far ones. */
const startsInSeconds = [
  [4, 9],
  [62, 72],
  [86_400, 1_000_000],
] as const;

/** The whole life of a visit, with turns that people take: counter-proposals, rejections, second thoughts, silence. */
export async function visit(stage: Stage, random: Random): Promise<void> {
  const scene = await openScene(stage, random);
  let proposer: Side = random.pick(['customer', 'provider']);
  let window = randomWindow(random);
  if (!(await propose(stage, scene, proposer, window))) return;

  for (let turns = random.between(1, 5); turns > 0 && !stage.ended.aborted; turns -= 1) {
    await stage.wait(random.between(0, 300));
    const other: Side = proposer === 'customer' ? 'provider' : 'customer';
    const turn = random.next();
    if (turn < 0.5) {
      if (!(await tell(stage, scene, other, 'schedule/confirm'))) return;
      if (random.chance(0.7)) return afterwards(stage, random, scene, window);
    } else if (turn < 0.75) {
      window = randomWindow(random);
      const rejection = { reason: 'Not then', scope: 'window', counter: window };
      if (!(await tell(stage, scene, other, 'reject', rejection))) return;
      proposer = other;
    } else if (turn < 0.9) {
      window = randomWindow(random);
      proposer = random.pick(['customer', 'provider']);
      if (!(await propose(stage, scene, proposer, window))) return;
    } else {
      await end(stage, random, scene);
      return;
    }
  }
}

function randomWindow(random: Random) {
  const [from, to] = random.pick(startsInSeconds);
  return windowIn(random.between(from, to));
}

async function end(stage: Stage, random: Random, scene: Scene): Promise<void> {
  if (random.chance(0.5)) await tell(stage, scene, 'customer', 'cancel', { reason: 'Not needed any more' });
  else await tell(stage, scene, 'provider', 'reject', { reason: 'Too far away', scope: 'assignment' });
}

/** What a confirmed window comes to: it is worked off and paid, or called off. */
async function afterwards(stage: Stage, random: Random, scene: Scene, window: { start: string }): Promise<void> {
  const startsInMs = Date.parse(window.start) - Date.now();
  if (startsInMs > 10_000 || random.chance(0.2)) return end(stage, random, scene);
  await stage.wait(startsInMs + 50);
  if (stage.ended.aborted) return;
  if (random.chance(0.1))
    await tell(stage, scene, 'customer', 'dispute', { kind: 'QUALITY', reason: 'It still drips' });
  if (await tell(stage, scene, 'provider', 'complete')) await payOut(stage, random, scene);
}
