import type { FaultDescription } from './faults/fault.ts';

type Stoppable = { stop(): Promise<void> };

/** The stack that a fault needs, one at a time. */
export type StacksInTurn<Stack> = {
  /** Stops the stack of the fault before and starts another, if this fault needs one. */
  for(fault: Pick<FaultDescription, 'onCluster'>): Promise<Stack>;
  stop(): Promise<void>;
};

/**
 * Creates one without starting a stack.
 * @param start starts a stack with a NATS cluster or with one server; `turn` counts the starts from 1
 */
export function stacksInTurn<Stack extends Stoppable>(
  start: (onCluster: boolean, turn: number) => Promise<Stack>,
): StacksInTurn<Stack> {
  let current: { onCluster: boolean; stack: Stack } | undefined;
  let turn = 0;
  const stop = async () => {
    const { stack } = current ?? {};
    current = undefined;
    await stack?.stop();
  };
  return {
    for: async ({ onCluster = false }) => {
      if (current?.onCluster === onCluster) return current.stack;
      await stop();
      turn += 1;
      const stack = await start(onCluster, turn);
      current = { onCluster, stack };
      return stack;
    },
    stop,
  };
}
