import { nextMessage, startChild, stopChild } from '../child.ts';
import type { EffectsTask } from './effects.child.ts';

export type ReferenceEffects = {
  /** @returns the seconds that the task took */
  run(task: EffectsTask): Promise<number>;
  stop(): Promise<void>;
};

export async function startReferenceEffects(urls: { nats: string; database: string }): Promise<ReferenceEffects> {
  const child = startChild(new URL('effects.child.ts', import.meta.url), {
    NATS_URL: urls.nats,
    DATABASE_URL: urls.database,
  });
  await nextMessage(child);
  return {
    run: async (task) => {
      const done = nextMessage<{ seconds: number }>(child);
      child.send(task);
      return (await done).seconds;
    },
    stop: () => stopChild(child),
  };
}
