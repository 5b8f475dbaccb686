import { readHeaders } from '@punctual/chassis';
import { z } from 'zod';
import { readStream } from '../system/read-stream.ts';
import type { Nats } from '../system/with-nats.ts';

const batchSize = 5_000;
const Id = z.guid();

/** The ids of the events that a stream holds, many at a time. A message without one is nobody's event. */
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
