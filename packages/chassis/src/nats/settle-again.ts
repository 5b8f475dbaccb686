import type { StoredMsg } from '@nats-io/jetstream';
import { pause } from '../process/pause.ts';
import type { Delivery } from './delivery.ts';
import type { BatchDeps } from './handle-batch.ts';
import { handleMessages } from './handle-messages.ts';
import type { Handling, Identified } from './handling.ts';

/**
 * Handles stored messages as if JetStream delivered them again, until each has had its effect or is a
 * dead letter. One that asks to come later is handled again after a pause.
 * @throws when the service stops
 */
export async function settleAgain<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  stream: string,
  messages: readonly StoredMsg[],
): Promise<void> {
  let left = messages;
  for (let deliveryCount = 1; left.length > 0; deliveryCount += 1) {
    deps.signal.throwIfAborted();
    const later: StoredMsg[] = [];
    let delayMs = 0;
    const deliveries = left.map((message) =>
      toDelivery(message, { stream, deliveryCount }, (ms = 0) => {
        later.push(message);
        delayMs = Math.max(delayMs, ms);
      }),
    );
    await handleMessages(deps, handling, deliveries);
    left = later;
    if (left.length > 0) await pause(delayMs, deps.signal);
  }
}

/** Its ack and term do nothing: JetStream has had the answer long ago. */
function toDelivery(
  message: StoredMsg,
  { stream, deliveryCount }: { stream: string; deliveryCount: number },
  nak: (ms?: number) => void,
): Delivery {
  const { data, subject, seq, time } = message;
  return {
    ...{ data, subject, seq, time, nak },
    get headers() {
      return message.header;
    },
    redelivered: true,
    info: { stream, streamSequence: seq, deliveryCount },
    ack: () => {},
    term: () => {},
  };
}
