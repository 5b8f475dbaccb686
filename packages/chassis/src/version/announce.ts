import { randomUUID } from 'node:crypto';
import type { Msg } from '@nats-io/transport-node';
import { type ServiceContract, type ServiceVersion, shapesOf, type Usage } from '@punctual/contracts/compatibility';
import type { BrokerHandle } from '../nats/broker.ts';
import type { Logger } from '../process/logger.ts';

export type AnnounceDeps = {
  broker: BrokerHandle;
  logger: Logger;
  version: ServiceVersion;
  /** Use of the REST API so far; only the gateway knows it. */
  usage?: () => Usage;
};

/**
 * Answers requests about this instance by the protocol of NATS services (ADR-32 of NATS:
 * `$SRV.PING`, `$SRV.INFO`, `$SRV.STATS`, each also `.<name>` and `.<name>.<id>`). Its endpoint
 * `contract` answers with a {@link ServiceContract} on `contracts.<name>.<id>`. A NATS that refuses
 * the subscriptions leaves the service as it is, unannounced.
 */
export function announce({ broker, logger, version, usage }: AnnounceDeps): void {
  const { service: name, startedAt, ...rest } = version;
  const id = randomUUID();
  const subject = `contracts.${name}.${id}`;
  let shapes: ReturnType<typeof shapesOf> | undefined;
  let requests = 0;

  const identity = { name, id, version: rest.version };
  const metadata = { revision: rest.revision ?? '', contracts: rest.contracts, started: startedAt };
  const endpoint = { name: 'contract', subject };
  const answers: Record<string, () => object> = {
    PING: () => ({ type: 'io.nats.micro.v1.ping_response', ...identity, metadata }),
    INFO: () => ({
      type: 'io.nats.micro.v1.info_response',
      ...identity,
      metadata,
      description: `Punctual's ${name}`,
      endpoints: [{ ...endpoint, queue_group: '', metadata: {} }],
    }),
    STATS: () => ({
      type: 'io.nats.micro.v1.stats_response',
      ...identity,
      metadata,
      started: startedAt,
      endpoints: [{ ...endpoint, queue_group: '', num_requests: requests, num_errors: 0, last_error: '' }],
    }),
  };
  const tell = async (message: Msg) => {
    const [, verb = '', ofName = name, ofId = id] = message.subject.split('.');
    if (ofName === name && ofId === id) respond(message, answers[verb]?.());
  };
  const tellContract = async (message: Msg) => {
    requests += 1;
    shapes ??= shapesOf(version);
    const used = usage?.();
    const contract: ServiceContract = { service: name, ...rest, shapes: await shapes, ...(used && { usage: used }) };
    respond(message, contract);
  };
  const listen = async () => {
    const { connection } = await broker.connected();
    const on = (subject: string, answer: (message: Msg) => Promise<void>) =>
      connection.subscribe(subject, {
        callback: (refused, message) => {
          if (refused) logger.warn({ err: refused, subject }, 'Not announced on NATS');
          else answer(message).catch(unanswered);
        },
      });
    on('$SRV.>', tell);
    on(subject, tellContract);
  };
  const unanswered = (error: unknown) => logger.warn({ err: error }, 'Announcement failed');
  listen().catch(unanswered);

  function respond(message: Msg, answer: object | undefined): void {
    if (answer) message.respond(JSON.stringify(answer));
  }
}
