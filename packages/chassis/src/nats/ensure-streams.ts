import { setTimeout as delay } from 'node:timers/promises';
import type { ConsumerDeps } from './consumer.ts';
import { type DeclaredStream, declareStreams } from './declare-streams.ts';

const retryPauseMs = 1_000;

/** Declares streams in the background, as soon as NATS and its JetStream are there. */
export function ensureStreams(
  { broker, logger, lifecycle: { signal } }: ConsumerDeps,
  { names, replicas }: { names: readonly DeclaredStream[]; replicas: number },
): void {
  const run = async () => {
    const connected = await broker.connected();
    while (!signal.aborted) {
      try {
        return await declareStreams(connected, names, replicas);
      } catch (error) {
        if (!signal.aborted) logger.warn({ err: error, streams: names }, 'streams cannot be declared; trying again');
      }
      await delay(retryPauseMs, undefined, { signal }).catch(() => {});
    }
  };
  run().catch((error: unknown) => logger.error({ err: error, streams: names }, 'streams cannot be declared'));
}
