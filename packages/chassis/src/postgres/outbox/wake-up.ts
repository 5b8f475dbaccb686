import type { NatsConnection } from '@nats-io/transport-node';

/**
 * Wakes the leader at once, whichever instance committed. When a wake-up is lost, the next poll
 * finds the rows.
 */
export type WakeUp = {
  /** While this instance leads, this sends nothing. */
  wake(): void;
  /** For this instance only. */
  ring(): void;
  /** Called when this instance takes the lead, and when it no longer has it. */
  leads(isLeader: boolean): void;
  listen(connection: NatsConnection): void;
  isListening(): boolean;
  /**
   * Resolves at the next wake-up (at once if one came since the last call), after `ms`, or when the
   * service stops.
   */
  next(ms: number): Promise<void>;
};

export function createWakeUp({ name, signal }: { name: string; signal: AbortSignal }): WakeUp {
  const subject = `wakeup.outbox.${name}`;
  let bell = Promise.withResolvers<void>();
  let connection: NatsConnection | undefined;
  let isLeader = false;
  const ring = () => bell.resolve();
  signal.addEventListener('abort', ring, { once: true });

  return {
    wake: () => {
      ring();
      if (!isLeader && connection && !connection.isClosed()) connection.publish(subject);
    },
    listen: (to) => {
      connection = to;
      to.subscribe(subject, { callback: ring });
    },
    isListening: () => connection !== undefined,
    ring,
    leads: (does) => {
      isLeader = does;
    },
    next: async (ms) => {
      const timer = setTimeout(ring, ms);
      await bell.promise;
      clearTimeout(timer);
      bell = Promise.withResolvers<void>();
    },
  };
}
