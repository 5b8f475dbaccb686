import { JetStreamApiError, type JsMsg } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import type { Nats } from './with-nats.ts';

const replayHeader = 'Punctual-Replay';

/**
 * Gives a consumer a message again, and nobody else: `replay.<consumer>` is read by that one only. Waits until the stream REPLAY has it.
 * @param again.messageId the stream stores only one with this id within ten minutes
 */
export async function replayMessage(
  nats: Nats,
  message: JsMsg,
  again: { consumer: string; messageId: string },
): Promise<void> {
  const { consumer, messageId } = again;
  const copy = headers();
  for (const [name, values] of message.headers ?? []) {
    // Those are of the message that it was, and would be read as ours.
    if (!/^(Nats|Dlq)-/i.test(name)) for (const value of values) copy.append(name, value);
  }
  copy.set(replayHeader, consumer);
  await nats.jetstream.publish(`replay.${consumer}`, message.data, {
    headers: copy,
    msgID: messageId,
    timeout: 10_000,
  });
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
