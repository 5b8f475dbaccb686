import { randomUUID } from 'node:crypto';
import { headers, MsgHdrsImpl } from '@nats-io/transport-node';
import {
  type Broker,
  BrokerConfig,
  connectBroker,
  declareStreams,
  HttpConfig,
  publishEvent,
  startService,
} from '@punctual/chassis';
import { allEvents, type EventType, type StreamName, sequenceText } from '@punctual/contracts';
import express from 'express';
import { z } from 'zod';

const names = ['SCHEDULE', 'REMINDER', 'PAYOUT'] as const;

export type About = { assignmentId: string; version: number; data?: object };

export type Producer = Awaited<ReturnType<typeof startProducer>>;

/** Publishes events as the services do, on streams that it declares as they do. */
export async function startProducer(natsUrl: string) {
  const brokers: Broker[] = [];
  const service = await startService(
    {
      name: 'producer',
      config: z.object({ ...HttpConfig.shape, ...BrokerConfig.shape }),
      createApp: async (deps) => {
        brokers.push(await connectBroker({ ...deps, name: 'producer' }).connected());
        return express();
      },
    },
    { NATS_URL: natsUrl, LOG_LEVEL: 'silent', SHUTDOWN_DRAIN_MS: '0' },
  );
  const [broker] = brokers;
  if (!broker) throw new Error('connected above');
  const declare = () => declareStreams(broker, names);
  return {
    declare,
    /** The example of the type, as that version of that assignment's aggregate. */
    publish: (type: EventType, about: About) => publishEvent(broker, eventOf(type, about)),
    /** The same, for one consumer only. */
    replay: (type: EventType, about: About, consumer: string) => {
      const marked = headers();
      marked.set('Punctual-Replay', consumer);
      return broker.jetstream.publish(type, JSON.stringify(eventOf(type, about)), { headers: marked });
    },
    /** With headers that no client can read, such as another one may have sent. */
    publishWithOddHeaders: (type: EventType, about: About) =>
      broker.jetstream.publish(type, JSON.stringify(eventOf(type, about)), {
        headers: MsgHdrsImpl.fromRecord({ 'X Name': ['a'] }),
      }),
    /** Any text, on any subject. */
    publishRaw: (subject: string, payload: string) => broker.jetstream.publish(subject, payload),
    /** Other assignments have events, too. */
    publishOthers: async (count: number) => {
      for (let sent = 0; sent < count; sent += 500) {
        const batch = Array.from({ length: Math.min(500, count - sent) }, () =>
          publishEvent(broker, eventOf('schedule.proposed', { assignmentId: randomUUID(), version: 1 })),
        );
        await Promise.all(batch);
      }
    },
    /** The stream is lost, and made again empty. */
    loseStream: async (name: StreamName) => {
      await broker.manager.streams.delete(name);
      await declare();
    },
    info: (name: StreamName) => broker.manager.streams.info(name),
    /** Removes what came before, and that. */
    purge: (name: StreamName, { upToSequence }: { upToSequence: number }) =>
      broker.manager.streams.purge(name, { seq: upToSequence + 1 }),
    consumers: async (name: StreamName) => (await broker.manager.streams.info(name)).state.consumer_count,
    stop: service.stop,
  };
}

function eventOf(type: EventType, { assignmentId, version, data }: About) {
  const { example } = allEvents[type];
  return {
    ...example,
    id: randomUUID(),
    subject: assignmentId,
    partitionkey: assignmentId,
    sequence: sequenceText(version),
    data: { ...example.data, assignmentId, ...data },
  };
}
