import { SpanKind } from '@opentelemetry/api';
import { failpoint } from '../process/failpoint.ts';
import type { Outage } from '../process/log-outage.ts';
import type { Logger } from '../process/logger.ts';
import { inSpan, type StartedSpan, startSpan } from '../telemetry/trace-context.ts';
import type { Broker } from './broker.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { deadLetter } from './dead-letter.ts';
import type { Delivery } from './delivery.ts';
import type { Faults } from './faults.ts';
import type { Handling, Identified, Refusal } from './handling.ts';
import { readHeaders } from './message-headers.ts';
import type { Failure } from './once-there.ts';

export type ApplyDeps = {
  broker: Broker;
  logger: Logger;
  metrics: ConsumerMetrics;
  faults: Faults;
  /** Of the servers that the handler needs. */
  outage: Outage;
};

const processing = {
  'messaging.system': 'nats',
  'messaging.operation.name': 'process',
  'messaging.operation.type': 'process',
} as const;

export type ParsedMessage<E> = { message: Delivery; event: E };

/**
 * Calls the handler with the distinct events, then acknowledges all that it does not refuse.
 * @returns how it failed, if it did
 */
export async function applyBatch<E extends Identified>(
  deps: ApplyDeps,
  handling: Handling<E>,
  batch: readonly ParsedMessage<E>[],
): Promise<Failure | undefined> {
  const { metrics, faults, outage } = deps;
  const { durable, handle } = handling;
  const spans = batch.map(({ message }) => startSpan(`process ${message.subject}`, spanOptions(durable, message)));
  const received = batch.map(({ event }, index) => ({ event, traceparent: spans[index]?.traceparent }));
  const distinct = [...new Map(received.map((each) => [each.event.id, each])).values()];
  let refusals: readonly Refusal[];
  try {
    await failpoint('before-handle', () => distinct.map(({ event }) => event.id));
    refusals = await inSpanOf(durable, spans, async () => (await handle(distinct)) ?? []);
    await failpoint('before-ack');
  } catch (error) {
    // The span of a batch has failed; its events are handled again, one by one.
    const [only, ...others] = spans;
    if (others.length === 0) only?.end(error);
    else for (const span of spans) span.end();
    return { error };
  }
  for (const span of spans) span.end();
  outage.back();
  const refusalOf = new Map(refusals.map((refusal) => [refusal.id, refusal]));
  const applied = batch.filter(({ event }) => !refusalOf.has(event.id));
  for (const { message } of applied) {
    faults.forget(message.seq);
    message.ack();
  }
  metrics.applied(applied.map(({ event }) => event));
  for (const { message, event } of batch) {
    const refusal = refusalOf.get(event.id);
    if (refusal === undefined) continue;
    metrics.count('dead');
    await deadLetter(deps, handling, { message, cause: refusal.cause, reason: refusal.reason });
  }
  return undefined;
}

/**
 * Work on one event continues its trace. Work on several is a new trace with a link to each of
 * theirs.
 */
function inSpanOf<T>(durable: string, spans: readonly StartedSpan[], work: () => Promise<T>): Promise<T> {
  const [only, ...others] = spans;
  if (only && others.length === 0) return only.run(work);
  const attributes = {
    ...processing,
    'messaging.consumer.group.name': durable,
    'messaging.batch.message_count': spans.length,
  };
  return inSpan(
    `process ${durable}`,
    { kind: SpanKind.CONSUMER, attributes, links: spans.map(({ link }) => link) },
    work,
  );
}

function spanOptions(durable: string, message: Delivery) {
  const readable = readHeaders(() => message.headers);
  const headers = readable === 'unreadable' ? undefined : readable;
  const id = headers?.get('Nats-Msg-Id') ?? '';
  const { stream, streamSequence, deliveryCount } = message.info;
  const again = redeliveryOf(message, id);
  return {
    kind: SpanKind.CONSUMER,
    parent: headers?.get('traceparent') || undefined,
    attributes: {
      ...processing,
      'messaging.destination.name': message.subject,
      'messaging.consumer.group.name': durable,
      'messaging.message.id': id,
      'nats.stream': stream,
      'nats.sequence': streamSequence,
      'nats.delivery_count': deliveryCount,
      ...(again && { 'punctual.redelivery': again }),
    },
  };
}

/** Why a message comes again, from what ops writes into the ids of replayed messages. */
function redeliveryOf(message: Delivery, id: string): string | undefined {
  if (message.info.stream === 'REPLAY') return id.startsWith('redrive:') ? 'redrive' : 'replay';
  return message.redelivered ? 'redelivered' : undefined;
}
