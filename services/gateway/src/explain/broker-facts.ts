import { JetStreamApiCodes, type StoredMsg } from '@nats-io/jetstream';
import { type Broker, streamInfo, unlessMissing } from '@punctual/chassis';
import { Uuid } from '@punctual/contracts';
import { z } from 'zod';
import type { ConsumerPosition, DeadLetterFacts } from './consumption.ts';

/** Dead letters searched for one assignment; `npm run ops -- dlq list` reads all of them. */
const maxDeadLetters = 5_000;

/** Lists the durable consumers of a stream; none when the stream is missing. */
export async function readConsumerPositions(broker: Broker, stream: string): Promise<ConsumerPosition[]> {
  const consumers = Array.fromAsync(broker.manager.consumers.list(stream));
  const positions: ConsumerPosition[] = [];
  for (const { config, ack_floor, delivered } of (await unlessMissing(JetStreamApiCodes.StreamNotFound, consumers)) ??
    []) {
    const { durable_name: name, filter_subjects, filter_subject } = config;
    if (name === undefined) continue;
    const filters = filter_subjects ?? (filter_subject ? [filter_subject] : []);
    positions.push({ name, filters, ackFloor: ack_floor.stream_seq, delivered: delivered.stream_seq });
  }
  return positions.toSorted((a, b) => a.name.localeCompare(b.name));
}

/**
 * Finds the dead letters of one assignment, and those that cannot be read, among the newest
 * {@link maxDeadLetters}.
 */
export async function readDeadLetters(broker: Broker, assignmentId: string): Promise<DeadLetterFacts[]> {
  const deadLetters: DeadLetterFacts[] = [];
  const state = (await streamInfo(broker, 'DLQ'))?.state;
  if (!state) return deadLetters;
  for (let seq = Math.max(1, state.first_seq, state.last_seq - maxDeadLetters + 1); seq <= state.last_seq; seq += 1) {
    // Missing after it was redriven or dropped.
    const stored = broker.manager.streams.getMessage('DLQ', { seq });
    const message = await unlessMissing(JetStreamApiCodes.NoMessageFound, stored);
    const deadLetter = message && toDeadLetter(message, assignmentId);
    if (deadLetter) deadLetters.push(deadLetter);
  }
  return deadLetters;
}

const Body = z.object({ id: Uuid, partitionkey: Uuid });

function toDeadLetter(message: StoredMsg, assignmentId: string): DeadLetterFacts | undefined {
  const { header, seq: sequence } = message;
  const event = readBody(message);
  if (event && event.partitionkey !== assignmentId) return undefined;
  return {
    sequence,
    consumer: header.get('Dlq-Consumer'),
    reason: header.get('Dlq-Reason'),
    at: message.time.toISOString(),
    eventId: event?.id,
    origin: { stream: header.get('Dlq-Stream'), sequence: Number(header.get('Dlq-Sequence')) },
  };
}

function readBody(message: StoredMsg): z.infer<typeof Body> | undefined {
  try {
    return Body.safeParse(message.json()).data;
  } catch {
    return undefined;
  }
}
