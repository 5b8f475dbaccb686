import { JetStreamApiError } from '@nats-io/jetstream';
import { headers, InvalidArgumentError, type MsgHdrs } from '@nats-io/transport-node';
import { type Headers, readHeaders } from '@punctual/chassis';
import type { Nats } from './with-nats.ts';

const replayHeader = 'Punctual-Replay';

/** A message that NATS does not take a copy of, since that has headers as well. */
export class TooLarge extends Error {}

/**
 * Gives a consumer a message again, and nobody else: `replay.<consumer>` is read by that one only. Waits until the stream REPLAY has it.
 * Headers that make it too large are left out.
 * @param again.messageId the stream stores only one with this id within ten minutes
 * @throws TooLarge for a message that is so without them, too
 */
export async function replayMessage(
  nats: Nats,
  message: { headers?: Headers; data: Uint8Array },
  again: { consumer: string; messageId: string },
): Promise<void> {
  const { consumer, messageId } = again;
  const publish = (copy: MsgHdrs) => {
    copy.set(replayHeader, consumer);
    const options = { headers: copy, msgID: messageId, timeout: 10_000 };
    return nats.jetstream.publish(`replay.${consumer}`, message.data, options);
  };
  try {
    await publish(copyOf(readHeaders(() => message.headers)));
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    await publish(headers()).catch((failure: unknown) => {
      if (!(failure instanceof InvalidArgumentError)) throw failure;
      const most = nats.connection.info?.max_payload;
      throw new TooLarge(
        `a message of ${message.data.length} bytes is too large to be given again: NATS takes ${most}.`,
      );
    });
  }
}

function copyOf(all: Headers): MsgHdrs {
  const copy = headers();
  if (all === undefined || all === 'unreadable') return copy;
  for (const [name, values] of all) {
    // Those are of the message that it was, and would be read as ours.
    if (!/^(Nats|Dlq)-/i.test(name)) for (const value of values) copy.append(name, value);
  }
  return copy;
}

/**
 * How much a consumer still has to do of what it was given again.
 * @throws Error when it takes nothing again
 */
export async function waitingReplays({ manager }: Nats, consumer: string): Promise<number> {
  const info = await manager.consumers.info('REPLAY', consumer).catch((error: unknown) => {
    if (!(error instanceof JetStreamApiError)) throw error;
    throw new Error(
      `${consumer} reads no replays: its service has not been up since it can, or there is no such consumer.`,
    );
  });
  return info.num_pending + info.num_ack_pending;
}
