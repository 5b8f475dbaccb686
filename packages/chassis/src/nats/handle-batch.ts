import type { JsMsg } from '@nats-io/jetstream';
import { SpanKind } from '@opentelemetry/api';
import { failpoint } from '../process/failpoint.ts';
import type { Outage } from '../process/log-outage.ts';
import type { Logger } from '../process/logger.ts';
import { pause } from '../process/pause.ts';
import { inSpan, type StartedSpan, startSpan } from '../telemetry/trace-context.ts';
import { isUnavailable } from '../unavailable/is-unavailable.ts';
import type { Broker } from './broker.ts';
import type { Handling, Identified } from './consumer.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { deadLetter } from './dead-letter.ts';
import { enoughFaults, type Faults } from './faults.ts';
import { readHeaders } from './message-headers.ts';
import { reasonOf } from './reason-of.ts';

export type BatchDeps = {
  broker: Broker;
  logger: Logger;
  signal: AbortSignal;
  metrics: ConsumerMetrics;
  faults: Faults;
  /** Of the servers that the handler needs. */
  outage: Outage;
};

type Readable<E> = { message: JsMsg; event: E };

/** Bytes that are not UTF-8 make a message malformed, instead of becoming U+FFFD. */
const utf8 = new TextDecoder('utf-8', { fatal: true });
const maxRetryDelayMs = 60_000;
/** For an event that waits for a server, so that it is handled soon after the server is back. */
const maxUnavailableDelayMs = 5_000;
/**
 * Pauses of a batch that waits for an unavailable server: half a minute in all, without a new
 * delivery.
 */
const awayPausesMs = [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000];

/**
 * Settles every message: acknowledges it, asks for it again later, or keeps it as a dead letter.
 */
export async function handleBatch<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  messages: readonly JsMsg[],
): Promise<void> {
  const batch: Readable<E>[] = [];
  for (const message of messages) {
    const event = await readOrSettle(deps, handling, message);
    if (event !== undefined) batch.push({ message, event });
  }
  if (batch.length === 0) return;
  const failure = await applyOnceThere(deps, handling, batch);
  if (failure === undefined) return;
  const [only, ...others] = batch;
  if (only && others.length === 0) return putOff(deps, handling, only.message, failure.error);

  if (!isUnavailable(failure.error))
    deps.logger.warn({ err: failure.error, events: batch.length }, 'a batch failed; trying its events one by one');
  for (const each of batch) {
    if (deps.signal.aborted) each.message.nak();
    else {
      const own = await apply(deps, handling, [each]);
      if (own) await putOff(deps, handling, each.message, own.error);
    }
  }
}

async function readOrSettle<E extends Identified>(
  deps: BatchDeps,
  { durable, read }: Handling<E>,
  message: JsMsg,
): Promise<E | undefined> {
  try {
    const event = read(JSON.parse(utf8.decode(message.data)));
    if (event !== undefined) return event;
  } catch (error) {
    deps.metrics.count('dead');
    await deadLetter(deps, { durable, message, reason: `malformed: ${reasonOf(error)}` });
    return undefined;
  }
  deps.logger.info({ subject: message.subject, sequence: message.seq }, 'an event of an unknown type is passed over');
  deps.metrics.count('unknown');
  message.ack();
  return undefined;
}

type Failure = { error: unknown };

/**
 * Retries in place while a server is unavailable, so that order is kept and JetStream's delivery
 * count only counts faulty events.
 */
async function applyOnceThere<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E>,
  batch: readonly Readable<E>[],
): Promise<Failure | undefined> {
  const { outage, signal } = deps;
  for (const pauseMs of awayPausesMs) {
    const failure = await apply(deps, handling, batch);
    if (!failure || !isUnavailable(failure.error) || signal.aborted) return failure;
    outage.away(failure.error);
    await pause(pauseMs, signal);
  }
  return apply(deps, handling, batch);
}

/**
 * Calls the handler with the distinct events, then acknowledges all.
 * @returns how it failed, if it did
 */
async function apply<E extends Identified>(
  { metrics, faults, outage }: BatchDeps,
  { durable, handle }: Handling<E>,
  batch: readonly Readable<E>[],
): Promise<Failure | undefined> {
  const spans = batch.map(({ message }) => startSpan(`process ${message.subject}`, spanOptions(durable, message)));
  const received = batch.map(({ event }, index) => ({ event, traceparent: spans[index]?.traceparent }));
  const distinct = [...new Map(received.map((each) => [each.event.id, each])).values()];
  try {
    await failpoint('before-handle');
    await inSpanOf(durable, spans, () => handle(distinct));
    await failpoint('before-ack');
  } catch (error) {
    for (const span of spans) span.end(error);
    return { error };
  }
  for (const span of spans) span.end();
  outage.back();
  for (const { message } of batch) {
    faults.forget(message.seq);
    message.ack();
  }
  metrics.applied(batch.map(({ event }) => event));
  return undefined;
}

/**
 * Work on one event continues its trace. Work on several is a new trace with a link to each of
 * theirs.
 */
function inSpanOf(durable: string, spans: readonly StartedSpan[], work: () => Promise<void>): Promise<void> {
  const [only, ...others] = spans;
  if (only && others.length === 0) return only.run(work);
  const attributes = { 'messaging.system': 'nats', 'messaging.batch.message_count': spans.length };
  return inSpan(
    `process ${durable}`,
    { kind: SpanKind.CONSUMER, attributes, links: spans.map(({ link }) => link) },
    work,
  );
}

/**
 * Asks for the event again later, or dead-letters it. JetStream's delivery count includes
 * deliveries while a server was unavailable. So a dead letter also needs {@link enoughFaults}
 * failures in this process that were the event's own fault.
 */
async function putOff<E extends Identified>(
  deps: BatchDeps,
  { durable, maxDeliveries = 8 }: Handling<E>,
  message: JsMsg,
  error: unknown,
): Promise<void> {
  const { subject, seq: sequence } = message;
  const { deliveryCount: deliveries } = message.info;
  const unavailable = isUnavailable(error);
  const faults = unavailable ? 0 : deps.faults.add(sequence);
  if (deliveries >= maxDeliveries && faults >= Math.min(enoughFaults, maxDeliveries)) {
    deps.faults.forget(sequence);
    deps.metrics.count('dead');
    return deadLetter(deps, { durable, message, reason: reasonOf(error) });
  }
  deps.metrics.count('retried');
  if (unavailable) deps.outage.away(error);
  else deps.logger.warn({ err: error, subject, sequence, deliveries }, 'an event will be tried again');
  // Two instances see half of the faults each, and deliveries while a server was unavailable do not
  // count.
  const step = unavailable ? deliveries : Math.min(deliveries, 2 * faults);
  message.nak(Math.min(250 * 2 ** step, unavailable ? maxUnavailableDelayMs : maxRetryDelayMs));
}

function spanOptions(durable: string, message: JsMsg) {
  const readable = readHeaders(() => message.headers);
  const headers = readable === 'unreadable' ? undefined : readable;
  return {
    kind: SpanKind.CONSUMER,
    parent: headers?.get('traceparent') || undefined,
    attributes: {
      'messaging.system': 'nats',
      'messaging.destination.name': message.subject,
      'messaging.consumer.group.name': durable,
      'messaging.message.id': headers?.get('Nats-Msg-Id') ?? '',
    },
  };
}
