import type { JsMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { readHeaders } from '@punctual/chassis';
import { concernsPerson, eraseTexts } from '@punctual/contracts';
import { readStream } from '../system/read-stream.ts';
import type { Nats } from '../system/with-nats.ts';

/** The streams of copies that outlive their event. Those of events themselves age out. */
export const copyStreams = ['DLQ', 'REPLAY'] as const;
export type CopyStream = (typeof copyStreams)[number];

/** The messages of a stream with texts of a person, each with the body that is to replace it; undefined for one that cannot be read. */
export async function* messagesOf(
  nats: Nats,
  stream: CopyStream,
  personId: string,
): AsyncGenerator<{ message: JsMsg; erased: string | undefined }> {
  for await (const message of readStream(nats, stream)) {
    const text = Buffer.from(message.data).toString();
    if (!text.includes(personId)) continue;
    const json = parse(text);
    if (json === undefined) yield { message, erased: undefined };
    else if (concernsPerson(json, personId)) {
      const erased = JSON.stringify(eraseTexts(json));
      if (erased !== JSON.stringify(json)) yield { message, erased };
    }
  }
}

/**
 * Replaces each message with texts of a person by a copy without them, and one that cannot be read by nothing.
 * @returns how many
 */
export async function eraseMessages(nats: Nats, stream: CopyStream, personId: string): Promise<number> {
  let count = 0;
  for await (const { message, erased } of messagesOf(nats, stream, personId)) {
    if (erased !== undefined) await publishCopy(nats, stream, message, erased);
    // Overwritten on disk, not only left out.
    await nats.manager.streams.deleteMessage(stream, message.seq, true);
    count += 1;
  }
  return count;
}

/** Of this message and no other, so that a repeat after a crash makes no second copy. */
async function publishCopy(nats: Nats, stream: CopyStream, message: JsMsg, body: string): Promise<void> {
  const msgID = `erased:${stream}:${message.seq}:${message.timestampNanos}`;
  await nats.jetstream.publish(message.subject, body, { headers: copyOf(message), msgID });
}

function copyOf(message: JsMsg): MsgHdrs {
  const copy = headers();
  const all = readHeaders(() => message.headers);
  if (all === undefined || all === 'unreadable') return copy;
  for (const [name, values] of all) {
    if (!/^Nats-/i.test(name)) for (const value of values) copy.append(name, value);
  }
  return copy;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
