import { readHeaders, readStream } from '@punctual/chassis';
import { z } from 'zod';
import type { Nats } from '../nats.ts';

const batchSize = 5_000;
const Id = z.guid();

/**
 * The ids of the events on a stream, in batches. Skips messages without an id: they are not events.
 */
export async function* idsOnStream(nats: Nats, stream: string): AsyncGenerator<string[]> {
  let ids: string[] = [];
  for await (const message of readStream(nats, stream, { headersOnly: true })) {
    const headers = readHeaders(() => message.headers);
    const id = headers === 'unreadable' ? undefined : Id.safeParse(headers?.get('Nats-Msg-Id')).data;
    if (id === undefined) continue;
    ids.push(id);
    if (ids.length < batchSize) continue;
    yield ids;
    ids = [];
  }
  if (ids.length > 0) yield ids;
}
