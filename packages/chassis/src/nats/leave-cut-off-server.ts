import { JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Logger } from '../process/logger.ts';
import { pause } from '../process/pause.ts';
import { fromLeader } from './from-leader.ts';
import { isForbidden } from './is-forbidden.ts';

export type LeaveCutOffServerDeps = {
  /** Whether the client is looking for a server anyway. */
  isAway(): boolean;
  logger: Logger;
  signal: AbortSignal;
};

/** Every service may ask about it. Its leader soon notices that it is cut off; that of the whole cluster may take 20 s. */
const askedAbout = 'DLQ';
/** JetStream's code for a server that knows no leader of the cluster. */
const notAvailable = 10_008;
const checkMs = 2_000;
/** The election of a leader takes up to nine seconds. */
const patienceMs = 10_000;
/** Where no server has a majority, moving on does not help. */
const longestPatienceMs = 60_000;

/**
 * Moves the connection to another server of the cluster when JetStream has not answered through this
 * one for ten seconds. A server that is cut off from the others keeps its clients and answers their
 * pings, but stores and delivers nothing (ADR 0042).
 */
export async function leaveCutOffServer(
  { connection, manager }: { connection: NatsConnection; manager: JetStreamManager },
  { isAway, logger, signal }: LeaveCutOffServerDeps,
): Promise<void> {
  let answeredAt = performance.now();
  let patience = patienceMs;
  for (; !signal.aborted; await pause(checkMs, signal)) {
    const isAlone = connection.info?.cluster === undefined;
    const failure = isAlone || isAway() ? undefined : await ask(manager);
    if (failure === undefined) {
      answeredAt = performance.now();
      patience = patienceMs;
    } else if (performance.now() - answeredAt > patience && !isAway() && !signal.aborted) {
      const fields = { server: connection.getServer(), err: failure };
      logger.warn(fields, 'JetStream does not answer through this server; trying another');
      await connection.reconnect();
      answeredAt = performance.now();
      patience = Math.min(2 * patience, longestPatienceMs);
    }
  }
}

/** @returns why the cluster does not answer; undefined if it does, or may not be asked */
async function ask(manager: JetStreamManager): Promise<unknown> {
  try {
    fromLeader(await manager.streams.info(askedAbout));
    return undefined;
  } catch (error) {
    const isAnswer = error instanceof JetStreamApiError && error.code !== notAvailable;
    return isAnswer || isForbidden(error) ? undefined : error;
  }
}
