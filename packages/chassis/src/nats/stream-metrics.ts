import type { JetStreamManager } from '@nats-io/jetstream';
import { metrics } from '@opentelemetry/api';

/**
 * Reports how full each stream is, until the signal is aborted. Costs nothing while no telemetry is exported.
 * @param manager undefined while there is no connection
 */
export function observeStreams(
  manager: () => JetStreamManager | undefined,
  names: readonly string[],
  signal: AbortSignal,
): void {
  const meter = metrics.getMeter('punctual');
  const messages = meter.createObservableGauge('punctual.stream.messages', { description: 'Messages in the stream' });
  const bytes = meter.createObservableGauge('punctual.stream.bytes', { description: 'Size of the stream', unit: 'By' });
  const used = meter.createObservableGauge('punctual.stream.used', {
    description: 'Share of STREAM_MAX_BYTES that the stream uses, from 0 to 1; a full stream refuses new messages',
  });
  const observed = [messages, bytes, used];
  const observe: Parameters<typeof meter.addBatchObservableCallback>[0] = async (result) => {
    for (const stream of names) {
      const info = await manager()
        ?.streams.info(stream)
        .catch(() => undefined);
      if (!info) continue;
      result.observe(messages, info.state.messages, { stream });
      result.observe(bytes, info.state.bytes, { stream });
      if (info.config.max_bytes > 0) result.observe(used, info.state.bytes / info.config.max_bytes, { stream });
    }
  };
  meter.addBatchObservableCallback(observe, observed);
  signal.addEventListener('abort', () => meter.removeBatchObservableCallback(observe, observed), { once: true });
}
