import { nextMessage, startChild, stopChild } from '../child.ts';
import { type Figures, figuresOf, type LoadPlan, type LoadRun } from './run.ts';

export type LoadGenerator = {
  /** Rejects when a request is answered by anything but 200. */
  run(load: LoadPlan): Promise<Figures>;
  stop(): Promise<void>;
};

export function startLoadGenerator(): LoadGenerator {
  const child = startChild(new URL('load-generator.child.ts', import.meta.url));
  return {
    run: async (load) => {
      const answer = nextMessage<{ run: LoadRun } | { failure: string }>(child);
      child.send(load);
      const reply = await answer;
      if ('failure' in reply) throw new Error(reply.failure);
      return figuresOf(reply.run);
    },
    stop: () => stopChild(child),
  };
}
