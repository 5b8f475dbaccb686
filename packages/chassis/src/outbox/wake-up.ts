import { setTimeout as delay } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';

/** Ends the leader's wait at once, whichever instance committed. A lost one costs no more than the next poll. */
export type WakeUp = {
  wake(): void;
  listen(connection: NatsConnection): void;
  isListening(): boolean;
  /** Resolves at the next wake-up (or at once, when one came since the last call), after `ms`, or when the service stops. */
  next(ms: number): Promise<void>;
};

export function createWakeUp({ name, signal }: { name: string; signal: AbortSignal }): WakeUp {
  const subject = `wakeup.outbox.${name}`;
  let bell = Promise.withResolvers<void>();
  let connection: NatsConnection | undefined;

  return {
    wake: () => {
      bell.resolve();
      if (connection && !connection.isClosed()) connection.publish(subject);
    },
    listen: (to) => {
      connection = to;
      to.subscribe(subject, { callback: () => bell.resolve() });
    },
    isListening: () => connection !== undefined,
    next: async (ms) => {
      const timer = new AbortController();
      const either = AbortSignal.any([timer.signal, signal]);
      await Promise.race([bell.promise, delay(ms, undefined, { signal: either }).catch(() => {})]);
      timer.abort();
      bell = Promise.withResolvers<void>();
    },
  };
}
