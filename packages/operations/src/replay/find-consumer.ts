import { JetStreamApiError } from '@nats-io/jetstream';
import type { Nats } from '../nats.ts';

const streams = ['SCHEDULE', 'REMINDER', 'PAYOUT'];

/**
 * The stream that a durable consumer reads, and which subjects.
 * @throws Error when there is no such consumer
 */
export async function findConsumer(
  { manager }: Nats,
  name: string,
): Promise<{ stream: string; subjects: readonly string[] }> {
  for (const stream of streams) {
    const info = await manager.consumers.info(stream, name).catch((error: unknown) => {
      if (error instanceof JetStreamApiError) return undefined;
      throw error;
    });
    if (!info) continue;
    const { filter_subjects, filter_subject } = info.config;
    return { stream, subjects: filter_subjects ?? [filter_subject ?? '>'] };
  }
  throw new Error(`There is no consumer ${name} on ${streams.join(', ')}.`);
}
