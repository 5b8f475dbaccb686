import type { StoredMsg } from '@nats-io/jetstream';
import { z } from 'zod';
import type { Broker } from '../../nats/broker.ts';
import type { Stored } from '../../nats/lost-events.ts';
import { readHeaders } from '../../nats/message-headers.ts';
import { originHeader } from '../../nats/publisher.ts';
import { streamInfo } from '../../nats/read-stream.ts';
import type { LeaderSession } from '../outbox/leader-session.ts';
import type { DatabaseIdentity } from './identity.ts';

/** An event that this database published, and does not know. */
export type UnknownEvent = { id: string; aggregateId: string; version: number; payload: string };

export type Comparison = {
  unknown: UnknownEvent[];
  /** Rows of the outbox that are stored, and not marked as published. */
  unmarked: Stored[];
};

/** So few that the leader renews its lease in between. */
const readAtOnce = 100;

/**
 * Finds the events on the stream that this database published and no longer has: it was restored to
 * an earlier moment, or lost its last commits. Reads only what was stored after the latest event
 * that the outbox knows to be stored.
 */
export async function findUnknown(
  session: LeaderSession,
  broker: Pick<Broker, 'manager'>,
  { stream, identity }: { stream: string; identity: DatabaseIdentity },
): Promise<Comparison> {
  const found: Comparison = { unknown: [], unmarked: [] };
  const info = await streamInfo(broker, stream);
  if (!info || info.state.messages === 0) return found;
  const read = (sequence: number) => broker.manager.streams.getMessage(stream, { seq: sequence });
  const { first_seq: first, last_seq: last } = info.state;
  const known = await readLatestPosition(session);
  // A higher position than the last is one on a stream that is gone.
  const begins =
    known > 0 && known <= last ? known + 1 : await firstStoredSince(identity.createdAt, { first, last, read });
  for (let from = Math.max(begins, first); from <= last; from += readAtOnce) {
    const sequences = Array.from({ length: Math.min(readAtOnce, last - from + 1) }, (_, index) => from + index);
    const messages = (await Promise.all(sequences.map(read))).flatMap((message) => message ?? []);
    const { unknown, unmarked } = await compare(session, messages.flatMap(toEvent), identity.id);
    found.unknown.push(...unknown);
    found.unmarked.push(...unmarked);
  }
  return found;
}

/** The position of the latest event that the outbox knows to be stored, 0 when it knows of none. */
async function readLatestPosition(session: LeaderSession): Promise<number> {
  const [row] = await session.query<{ known: string | null }>(
    `select max(stream_sequence) as known from (
      select stream_sequence from outbox where published_at is not null order by id desc limit 1000) latest`,
  );
  return Number(row?.known);
}

/** The sequence of the first message that was stored at this time or later, or the one after the last. */
async function firstStoredSince(
  since: Date,
  { first, last, read }: { first: number; last: number; read: (sequence: number) => Promise<StoredMsg | null> },
): Promise<number> {
  let [from, to] = [first, last + 1];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const message = await read(middle);
    // A gap says nothing: what is before it is read, too.
    if (!message || message.time >= since) to = middle;
    else from = middle + 1;
  }
  return from;
}

type StoredEvent = UnknownEvent & { sequence: number; origin: string | undefined };

const Envelope = z.object({ partitionkey: z.guid(), sequence: z.coerce.number().int() });
const Id = z.guid();

/** Nothing for a message that is no event of ours. */
function toEvent(message: StoredMsg): StoredEvent[] {
  const headers = readHeaders(() => message.header);
  if (headers === 'unreadable' || !headers) return [];
  const id = Id.safeParse(headers.get('Nats-Msg-Id')).data;
  const payload = new TextDecoder().decode(message.data);
  const envelope = Envelope.safeParse(parseJson(payload)).data;
  if (id === undefined || envelope === undefined) return [];
  const { partitionkey: aggregateId, sequence: version } = envelope;
  return [{ id, aggregateId, version, payload, sequence: message.seq, origin: headers.get(originHeader) || undefined }];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Unknown are those that the outbox does not have, that were not dealt with, and that no other database
 * published. An event is ours by its origin, or by its aggregate: the previous release names no origin.
 */
async function compare(session: LeaderSession, events: readonly StoredEvent[], origin: string): Promise<Comparison> {
  if (events.length === 0) return { unknown: [], unmarked: [] };
  const ids = events.map(({ id }) => id);
  const waiting = await session.query<{ id: string }>(
    'select id from outbox where id = any($1::uuid[]) and published_at is null',
    [ids],
  );
  const rows = await session.query<{ id: string }>(
    `select stored.id from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as stored (id, aggregate_id, origin)
      where not exists (select from outbox where outbox.id = stored.id)
        and not exists (select from withdrawn_event where withdrawn_event.id = stored.id)
        and (stored.origin = $4 or exists (select from outbox where outbox.aggregate_id = stored.aggregate_id))`,
    [ids, events.map(({ aggregateId }) => aggregateId), events.map((event) => event.origin ?? null), origin],
  );
  const [unknown, unmarked] = [rows, waiting].map((found) => new Set(found.map(({ id }) => id)));
  return {
    unknown: events.filter(({ id }) => unknown?.has(id)),
    unmarked: events.filter(({ id }) => unmarked?.has(id)),
  };
}
