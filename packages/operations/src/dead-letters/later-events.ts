import { readStream } from '@punctual/chassis';
import { z } from 'zod';
import type { Nats } from '../nats.ts';
import { parseJson } from '../parse-json.ts';
import { contractOf } from './check-event.ts';
import { headerOf, type StoredDeadLetter } from './stored-dead-letter.ts';

/** An event that its stream has after another one of the same assignment (or person). */
export type LaterEvent = { sequence: number; id: string; type: string; version: number; time: string };

/** Whether all that the stream holds was looked through. */
export type LaterEvents = { events: LaterEvent[]; isComplete: boolean };

const mostEvents = 20;
/** A stream may hold millions, and the subject does not say whom a message is about. */
const mostRead = 50_000;

const Later = z.object({
  id: z.string(),
  type: z.string(),
  time: z.string(),
  partitionkey: z.string(),
  sequence: z.coerce.number().int(),
});

/** What the stream of a dead letter's event holds about the same assignment, in newer versions. */
export async function laterEvents(nats: Nats, letter: StoredDeadLetter): Promise<LaterEvents> {
  const { assignmentId, version } = letter;
  const events: LaterEvent[] = [];
  if (assignmentId === null || version === null) return { events, isComplete: false };
  const stream = (letter.type && contractOf(letter.type)?.stream) || letter.stream;
  let read = 0;
  for await (const message of readStream(nats, stream, { since: createdAt(letter) })) {
    if (read === mostRead || events.length === mostEvents) return { events, isComplete: false };
    read += 1;
    const event = parse(message.data);
    if (event?.partitionkey !== assignmentId || event.sequence <= version) continue;
    const { id, type, time } = event;
    events.push({ sequence: message.seq, id, type, version: event.sequence, time });
  }
  return { events, isComplete: true };
}

/** When its event was created or, if it does not say so, when its stream stored it. */
function createdAt({ content, message }: StoredDeadLetter): Temporal.Instant | undefined {
  const { time } = (content && parse(content.data)) ?? {};
  for (const text of [time, headerOf(message, 'Dlq-Stored')]) {
    try {
      if (text) return Temporal.Instant.from(text);
    } catch {
      // The next one may be a time.
    }
  }
  return undefined;
}

function parse(body: Uint8Array) {
  return Later.safeParse(parseJson(Buffer.from(body).toString())).data;
}
