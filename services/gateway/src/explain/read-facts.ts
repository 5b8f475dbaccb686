import { JetStreamApiCodes, JetStreamApiError, type StoredMsg } from '@nats-io/jetstream';
import type { Broker } from '@punctual/chassis';
import { Uuid } from '@punctual/contracts';
import { z } from 'zod';
import type { ConsumerPlace, Letter } from './consumption.ts';

/** More letters than these are not looked through for one assignment; `npm run ops -- dlq list` reads them all. */
const maxLetters = 5_000;

/** The durable consumers of a stream; none when there is no such stream. */
export async function readPlaces({ manager }: Broker, stream: string): Promise<ConsumerPlace[]> {
  const places: ConsumerPlace[] = [];
  try {
    for await (const { config, ack_floor, delivered } of manager.consumers.list(stream)) {
      if (config.durable_name === undefined) continue;
      const filters = config.filter_subjects ?? (config.filter_subject ? [config.filter_subject] : []);
      const { durable_name: name } = config;
      places.push({ name, filters, ackFloor: ack_floor.stream_seq, delivered: delivered.stream_seq });
    }
  } catch (error) {
    if (!isMissing(error, JetStreamApiCodes.StreamNotFound)) throw error;
  }
  return places.toSorted((a, b) => a.name.localeCompare(b.name));
}

/** The dead letters of one assignment, and those that cannot be read, the newest {@link maxLetters} of all looked through. */
export async function readLetters(broker: Broker, assignmentId: string): Promise<Letter[]> {
  const state = await broker.manager.streams.info('DLQ').then(
    (info) => info.state,
    (error: unknown) => {
      if (isMissing(error, JetStreamApiCodes.StreamNotFound)) return undefined;
      throw error;
    },
  );
  const letters: Letter[] = [];
  if (!state) return letters;
  for (let next = Math.max(1, state.first_seq, state.last_seq - maxLetters + 1); next <= state.last_seq; next += 1) {
    const message = await readMessage(broker, next);
    const letter = message && toLetter(message, assignmentId);
    if (letter) letters.push(letter);
  }
  return letters;
}

/** Undefined for one that was redriven or dropped. */
async function readMessage({ manager }: Broker, seq: number): Promise<StoredMsg | undefined> {
  try {
    return (await manager.streams.getMessage('DLQ', { seq })) ?? undefined;
  } catch (error) {
    if (isMissing(error, JetStreamApiCodes.NoMessageFound)) return undefined;
    throw error;
  }
}

const Body = z.object({ id: Uuid, partitionkey: Uuid });

function toLetter(message: StoredMsg, assignmentId: string): Letter | undefined {
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

/** Whether NATS says by this code that there is none. */
export function isMissing(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
