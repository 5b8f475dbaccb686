import { setTimeout as delay } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** The REMINDER stream: how often each reminder was published as due, and how late. */
export type Published = { times: Map<string, number>; latenessMs: number[]; firstAt: number; lastAt: number };

/** Resolves when no more than `count` messages are to come, or nothing has come for a while. */
export async function untilPublished(natsUrl: string, count: number, patienceMs: number): Promise<number> {
  const connection = await connect({ servers: natsUrl });
  try {
    const manager = await jetstreamManager(connection);
    let seen = 0;
    for (let quietSince = performance.now(); seen < count; ) {
      const { state } = await manager.streams.info('REMINDER');
      if (state.messages > seen) quietSince = performance.now();
      seen = state.messages;
      if (performance.now() - quietSince > patienceMs) break;
      await delay(250);
    }
    return seen;
  } finally {
    await connection.close();
  }
}

export async function readPublished(natsUrl: string): Promise<Published> {
  const connection = await connect({ servers: natsUrl });
  const published: Published = { times: new Map(), latenessMs: [], firstAt: Number.POSITIVE_INFINITY, lastAt: 0 };
  try {
    const manager = await jetstreamManager(connection);
    const { state } = await manager.streams.info('REMINDER');
    if (state.messages === 0) return published;
    const consumer = await jetstream(connection).consumers.get('REMINDER', { filter_subjects: 'reminder.due' });
    const { num_pending: count } = await consumer.info();
    let left = count;
    if (left === 0) return published;
    const messages = await consumer.consume({ max_messages: 1_000 });
    for await (const message of messages) {
      const { reminderId, dueAt } = message.json<{ data: { reminderId: string; dueAt: string } }>().data;
      const storedAt = message.timestampNanos / 1_000_000n;
      published.times.set(reminderId, (published.times.get(reminderId) ?? 0) + 1);
      published.latenessMs.push(Number(storedAt) - Date.parse(dueAt));
      published.firstAt = Math.min(published.firstAt, Number(storedAt));
      published.lastAt = Math.max(published.lastAt, Number(storedAt));
      left -= 1;
      if (left === 0) break;
    }
    return published;
  } finally {
    await connection.close();
  }
}
