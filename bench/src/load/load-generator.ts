import { nextMessage, startChild, stopChild } from '../child.ts';
import { type Figures, figuresOf, type Load, type Run } from './run.ts';

export type LoadGenerator = {
  /** Rejects when a request is answered by anything but 200. */
  run(load: Load): Promise<Figures>;
  stop(): Promise<void>;
};

export function startLoadGenerator(): LoadGenerator {
  const child = startChild(new URL('generator.ts', import.meta.url));
  return {
    run: async (load) => {
      const answer = nextMessage<{ run: Run } | { failure: string }>(child);
      child.send(load);
      const told = await answer;
      if ('failure' in told) throw new Error(told.failure);
      return figuresOf(told.run);
    },
    stop: () => stopChild(child),
  };
}
