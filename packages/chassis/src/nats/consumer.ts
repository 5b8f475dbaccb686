import { setTimeout as delay } from 'node:timers/promises';
import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { SpanKind } from '@opentelemetry/api';
import type { StreamName } from '@punctual/contracts';
import { isUnavailable } from '../http/unavailable.ts';
import { failpoint } from '../process/failpoint.ts';
import type { Lifecycle } from '../process/lifecycle.ts';
import type { Logger } from '../process/logger.ts';
import { inSpan } from '../telemetry/trace-context.ts';
import type { Broker, BrokerHandle } from './broker.ts';
import { deadLetter } from './dead-letter.ts';

export type ConsumerDeps = { broker: BrokerHandle; logger: Logger; lifecycle: Lifecycle };

export type ConsumerOptions<E> = {
  stream: StreamName;
  /** The durable's name, `<service>-<what>`; all instances of the service share it. */
  durable: string;
  subjects: readonly string[];
  /** Reads leniently; `undefined` for a type that this consumer does not know; throws when the message is malformed. */
  read: (json: unknown) => E | undefined;
  /** Must be idempotent: it is called at least once for each event. Acknowledged when it resolves, tried again when it throws. */
  handle: (event: E) => Promise<void>;
  /** From so many tries on, a failure makes the event a dead letter; never the failure of a server that is away. */
  maxDeliveries?: number;
  ackWaitMs?: number;
};

/** How long the messages of an instance that died are held back; a handler that takes longer says that it is at work. */
const defaultAckWaitMs = 10_000;
const prefetch = 32;
const retryPauseMs = 1_000;
const maxRetryDelayMs = 60_000;

/**
 * Consumes in the background until the service stops: declares the durable as soon as its stream is there, declares it again
 * should it vanish, and handles one message after another.
 */
export function startConsumer<E>(deps: ConsumerDeps, options: ConsumerOptions<E>): void {
  const { signal } = deps.lifecycle;
  const logger = deps.logger.child({ consumer: options.durable });
  let current: ConsumerMessages | undefined;

  const run = async () => {
    const broker = await deps.broker.connected();
    while (!signal.aborted) {
      try {
        current = await open(broker, options);
        logger.info('consuming');
        for await (const message of current) {
          if (signal.aborted) message.nak();
          else await receive({ broker, logger }, options, message);
        }
      } catch (error) {
        logger.warn({ reason: reasonOf(error) }, 'cannot consume yet; trying again');
      }
      await delay(retryPauseMs, undefined, { signal }).catch(() => {});
    }
  };

  const running = run();
  deps.lifecycle.onShutdown(options.durable, async () => {
    if (!current) return;
    await current.close();
    await running;
  });
}

async function open<E>(broker: Broker, options: ConsumerOptions<E>): Promise<ConsumerMessages> {
  const { stream, durable, subjects, ackWaitMs = defaultAckWaitMs } = options;
  const changeable = { filter_subjects: [...subjects], ack_wait: nanos(ackWaitMs), max_deliver: -1 };
  const known = await broker.manager.consumers.info(stream, durable).catch(() => undefined);
  if (known) await broker.manager.consumers.update(stream, durable, changeable);
  else {
    await broker.manager.consumers.add(stream, {
      durable_name: durable,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ...changeable,
    });
  }
  const consumer = await broker.jetstream.consumers.get(stream, durable);
  return consumer.consume({ max_messages: prefetch, abort_on_missing_resource: true });
}

type ReceiveDeps = { broker: Broker; logger: Logger };

async function receive<E>(deps: ReceiveDeps, options: ConsumerOptions<E>, message: JsMsg): Promise<void> {
  const { logger } = deps;
  const { durable, maxDeliveries = 8, ackWaitMs = defaultAckWaitMs } = options;
  let event: E | undefined;
  try {
    event = options.read(message.json());
  } catch (error) {
    return deadLetter(deps, { durable, message, reason: `malformed: ${reasonOf(error)}` });
  }
  if (event === undefined) {
    logger.info({ subject: message.subject, sequence: message.seq }, 'an event of an unknown type is passed over');
    return message.ack();
  }

  const working = setInterval(() => message.working(), ackWaitMs / 3);
  try {
    await failpoint('before-handle');
    await inSpan(`process ${message.subject}`, spanOptions(durable, message), () => options.handle(event));
    await failpoint('before-ack');
    message.ack();
  } catch (error) {
    const deliveries = message.info.deliveryCount;
    if (deliveries >= maxDeliveries && !isUnavailable(error)) {
      return deadLetter(deps, { durable, message, reason: reasonOf(error) });
    }
    logger.warn(
      { err: error, subject: message.subject, sequence: message.seq, deliveries },
      'an event will be tried again',
    );
    message.nak(Math.min(250 * 2 ** deliveries, maxRetryDelayMs));
  } finally {
    clearInterval(working);
  }
}

function spanOptions(durable: string, message: JsMsg) {
  return {
    kind: SpanKind.CONSUMER,
    parent: message.headers?.get('traceparent') || undefined,
    attributes: {
      'messaging.system': 'nats',
      'messaging.destination.name': message.subject,
      'messaging.consumer.group.name': durable,
      'messaging.message.id': message.headers?.get('Nats-Msg-Id') ?? '',
    },
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
