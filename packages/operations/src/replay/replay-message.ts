import { JetStreamApiError } from '@nats-io/jetstream';
import { headers, InvalidArgumentError, type MsgHdrs } from '@nats-io/transport-node';
import { type Headers, readHeaders } from '@punctual/chassis';
import type { Nats } from '../nats.ts';

const replayHeader = 'Punctual-Replay';

/** A message whose copy, with its additional headers, is too large for NATS. */
export class TooLarge extends Error {}

/**
 * Delivers a message to one consumer again: only that one reads `replay.<consumer>`. Waits until
 * the REPLAY stream has stored it. Leaves out the headers if they make it too large.
 * @param again.messageId deduplicates it for ten minutes
 * @returns the sequence of the copy
 * @throws TooLarge for a message that is too large without headers as well
 */
export async function replayMessage(
  nats: Nats,
  message: { headers?: Headers; data: Uint8Array },
  again: { consumer: string; messageId: string },
): Promise<number> {
  const { consumer, messageId } = again;
  const publish = async (copy: MsgHdrs) => {
    copy.set(replayHeader, consumer);
    const options = { headers: copy, msgID: messageId, timeout: 10_000 };
    const { seq } = await nats.jetstream.publish(`replay.${consumer}`, message.data, options);
    return seq;
  };
  try {
    return await publish(copyOf(readHeaders(() => message.headers)));
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return await publish(headers()).catch((failure: unknown) => {
      if (!(failure instanceof InvalidArgumentError)) throw failure;
      const most = nats.connection.info?.max_payload;
      throw new TooLarge(`a message of ${message.data.length} bytes is too large to replay: NATS accepts ${most}.`);
    });
  }
}

function copyOf(all: Headers): MsgHdrs {
  const copy = headers();
  if (all === undefined || all === 'unreadable') return copy;
  for (const [name, values] of all) {
    // They describe the original, and would be read as headers of the copy.
    if (!/^(Nats|Dlq)-/i.test(name)) for (const value of values) copy.append(name, value);
  }
  return copy;
}

/**
 * How many replayed messages a consumer has not handled yet.
 * @throws Error when it reads no replays
 */
export async function waitingReplays({ manager }: Nats, consumer: string): Promise<number> {
  const info = await manager.consumers.info('REPLAY', consumer).catch((error: unknown) => {
    if (!(error instanceof JetStreamApiError)) throw error;
    throw new Error(`${consumer} reads no replays: no such consumer is declared on REPLAY.`);
  });
  return info.num_pending + info.num_ack_pending;
}
