import type { DeliveryInfo, JsMsg } from '@nats-io/jetstream';

/** A message that waits for an answer, from JetStream or read again from its stream. */
export type Delivery = Pick<
  JsMsg,
  'data' | 'subject' | 'headers' | 'seq' | 'time' | 'redelivered' | 'ack' | 'nak' | 'term'
> & { readonly info: Pick<DeliveryInfo, 'stream' | 'streamSequence' | 'deliveryCount'> };
