import { setTimeout as delay } from 'node:timers/promises';
import { type Figures, figuresOf } from '../load/run.ts';

/** Starts work at a fixed rate, however slow earlier work is, and measures each from when it was due. */
export async function atRate(
  { perSecond, seconds }: { perSecond: number; seconds: number },
  work: () => Promise<unknown>,
): Promise<Figures> {
  const latenciesMs: number[] = [];
  const running: Promise<void>[] = [];
  const begun = performance.now();
  for (let count = 0; count < perSecond * seconds; count += 1) {
    const dueAt = begun + (count / perSecond) * 1_000;
    const early = dueAt - performance.now();
    if (early > 0) await delay(early);
    running.push(work().then(() => void latenciesMs.push(performance.now() - dueAt)));
  }
  await Promise.all(running);
  return figuresOf({ seconds: (performance.now() - begun) / 1_000, latenciesMs });
}
