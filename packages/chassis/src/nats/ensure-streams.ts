import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { logOutage } from '../process/log-outage.ts';
import { pause } from '../process/pause.ts';
import type { Broker } from './broker.ts';
import type { ConsumerDeps } from './consumer.ts';
import { type DeclaredStream, declareStreams } from './declare-streams.ts';

const retryPauseMs = 1_000;
const lookPauseMs = 5_000;

/**
 * Those that are made again when they are gone, since nothing could fill them. A stream of events stays away until ops fill it: what
 * would be published before that would be ahead of what it has lost.
 */
const madeAgain: readonly DeclaredStream[] = ['DLQ', 'REPLAY', 'ADVISORY'];

/** Declares streams in the background, as soon as NATS and its JetStream are there, and some of them again should they vanish. */
export function ensureStreams(
  { broker, logger, lifecycle: { signal } }: ConsumerDeps,
  { names, replicas }: { names: readonly DeclaredStream[]; replicas: number },
): void {
  const declare = async (connected: Broker, wanted: readonly DeclaredStream[]) => {
    const outage = logOutage(logger, {
      away: 'streams cannot be declared; trying again',
      back: 'streams are declared',
      fields: { streams: wanted },
    });
    while (!signal.aborted) {
      try {
        await declareStreams(connected, wanted, replicas);
        return outage.back();
      } catch (error) {
        if (!signal.aborted) outage.away(error);
      }
      await pause(retryPauseMs, signal);
    }
  };
  const followed = names.filter((name) => madeAgain.includes(name));
  const run = async () => {
    const connected = await broker.connected();
    await declare(connected, names);
    while (!signal.aborted) {
      await pause(lookPauseMs, signal);
      const lost = await lostOf(connected, followed);
      if (lost.length > 0) logger.error({ streams: lost }, 'streams are gone; they are made again, empty');
      await declare(connected, lost);
    }
  };
  run().catch((error: unknown) => logger.error({ err: error, streams: names }, 'streams cannot be declared'));
}

/** Of which NATS says that they are not there; when it says nothing, none. */
async function lostOf({ manager }: Broker, names: readonly DeclaredStream[]): Promise<DeclaredStream[]> {
  const lost = await Promise.all(
    names.map((name) =>
      manager.streams.info(name).then(
        () => [],
        (error: unknown) =>
          error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound ? [name] : [],
      ),
    ),
  );
  return lost.flat();
}
