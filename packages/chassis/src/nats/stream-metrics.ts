import { JetStreamApiCodes, JetStreamApiError, type JetStreamManager } from '@nats-io/jetstream';
import type { BatchObservableCallback } from '@opentelemetry/api';
import { observed, observeTogether } from '../telemetry/instruments.ts';

/**
 * Reports how full each stream is, until the signal is aborted. A missing stream is reported as
 * empty: the SDK repeats the last value of whatever is not reported, which is right only while NATS
 * cannot be asked. Costs nothing while no telemetry is exported.
 * @param manager undefined while there is no connection
 */
export function observeStreams(
  manager: () => JetStreamManager | undefined,
  names: readonly string[],
  signal: AbortSignal,
): void {
  const messages = observed('punctual.stream.messages');
  const bytes = observed('punctual.stream.bytes');
  const used = observed('punctual.stream.used');
  const observe: BatchObservableCallback = async (result) => {
    for (const stream of names) {
      const info = await stateOf(manager(), stream).catch(() => undefined);
      if (info === undefined) continue;
      result.observe(messages, info.messages, { stream });
      result.observe(bytes, info.bytes, { stream });
      result.observe(used, info.used, { stream });
    }
  };
  observeTogether([messages, bytes, used], observe, signal);
}

/** @throws what NATS answers, or does not */
async function stateOf(manager: JetStreamManager | undefined, stream: string) {
  if (!manager) return undefined;
  try {
    const { state, config } = await manager.streams.info(stream);
    const { messages, bytes } = state;
    return { messages, bytes, used: config.max_bytes > 0 ? bytes / config.max_bytes : 0 };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)
      return { messages: 0, bytes: 0, used: 0 };
    throw error;
  }
}
