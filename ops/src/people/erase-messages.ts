import type { JsMsg } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import { readHeaders, readStream } from '@punctual/chassis';
import {
  concernsPerson,
  eraseTexts,
  readPayoutEvent,
  readPersonEvent,
  readReminderEvent,
  readScheduleEvent,
} from '@punctual/contracts';
import type { Nats } from '@punctual/operations';

/** The streams whose copies outlive their event. The streams of events age out. */
export const copyStreams = ['DLQ', 'REPLAY'] as const;
export type CopyStream = (typeof copyStreams)[number];

/**
 * The messages of a stream with texts of a person, each with the body that replaces it; undefined
 * for one that cannot be read as an event and names the person: nobody knows what it says.
 */
export async function* messagesOf(
  nats: Nats,
  stream: CopyStream,
  personId: string,
): AsyncGenerator<{ message: JsMsg; erased: string | undefined }> {
  for await (const message of readStream(nats, stream)) {
    const text = Buffer.from(message.data).toString();
    if (!text.toLowerCase().includes(personId)) continue;
    const json = parse(text);
    if (concernsPerson(json, personId)) {
      const erased = JSON.stringify(eraseTexts(json));
      if (erased !== JSON.stringify(json)) yield { message, erased };
    } else if (!isEvent(json)) yield { message, erased: undefined };
  }
}

const readers = [readScheduleEvent, readReminderEvent, readPayoutEvent, readPersonEvent];

/** Whether it follows the contract, or is of a type that this release does not know. */
function isEvent(json: unknown): boolean {
  try {
    for (const read of readers) read(json);
    return true;
  } catch {
    return false;
  }
}

/**
 * Replaces each message with texts of a person by a copy without them, and deletes those that
 * cannot be read.
 * @returns how many
 */
export async function eraseMessages(nats: Nats, stream: CopyStream, personId: string): Promise<number> {
  let count = 0;
  for await (const { message, erased } of messagesOf(nats, stream, personId)) {
    if (erased !== undefined) await publishCopy(nats, stream, message, erased);
    // Overwrites it on disk.
    await nats.manager.streams.deleteMessage(stream, message.seq, true);
    count += 1;
  }
  return count;
}

/** The id is unique to this message, so that a repeat after a crash makes no second copy. */
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
