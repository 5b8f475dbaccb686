import type { NatsConnection } from '@nats-io/transport-node';

/** Whether NATS is there, as the client's connection sees it. */
export type Reachability = {
  isAway(): boolean;
  /** Resolves when it is there, at once if it is, and when the service stops. */
  back(): Promise<void>;
};

/**
 * Watches whether NATS is reachable: messages published while it is not may be sent much later, out
 * of order.
 */
export function watchReachability(
  connection: NatsConnection,
  { onAway, signal }: { onAway: () => void; signal: AbortSignal },
): Reachability {
  let returning: PromiseWithResolvers<void> | undefined;
  const watch = async () => {
    for await (const { type } of connection.status()) {
      if (type === 'disconnect') {
        returning ??= Promise.withResolvers<void>();
        onAway();
      }
      if (type === 'reconnect') {
        returning?.resolve();
        returning = undefined;
      }
    }
  };
  void watch();
  signal.addEventListener('abort', () => returning?.resolve(), { once: true });
  return {
    isAway: () => returning !== undefined,
    back: async () => returning?.promise,
  };
}
