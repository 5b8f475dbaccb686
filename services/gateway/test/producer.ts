import { randomUUID } from 'node:crypto';
import { MsgHdrsImpl } from '@nats-io/transport-node';
import { declareStreams, originCreated, StreamSettings } from '@punctual/chassis';
import { allEvents, type EventType, type StreamName, sequenceText } from '@punctual/contracts';
import { connectPeer } from '@punctual/testkit';

const names = ['SCHEDULE', 'REMINDER', 'PAYOUT'] as const;

export type About = { assignmentId: string; version: number; data?: object };

export type Producer = Awaited<ReturnType<typeof startProducer>>;

/** Publishes events as the services do, on streams that it declares as they do. */
export async function startProducer(natsUrl: string, copies = 1) {
  const peer = await connectPeer({ NATS_URL: natsUrl });
  const declare = () => declareStreams(peer, names, StreamSettings.parse({ STREAM_REPLICAS: String(copies) }));
  return {
    declare,
    /** The example of the type, as that version of that assignment's aggregate. */
    publish: (type: EventType, about: About) => peer.publish(eventOf(type, about)),
    /** With headers that no client can read, such as another one may have sent. */
    publishWithOddHeaders: (type: EventType, about: About) =>
      peer.jetstream.publish(type, JSON.stringify(eventOf(type, about)), {
        headers: MsgHdrsImpl.fromRecord({ 'X Name': ['a'] }),
      }),
    /** Any text, on any subject. */
    publishRaw: (subject: string, payload: string) => peer.jetstream.publish(subject, payload),
    /** Other assignments have events, too. */
    publishOthers: async (count: number) => {
      for (let sent = 0; sent < count; sent += 500) {
        const batch = Array.from({ length: Math.min(500, count - sent) }, () =>
          peer.publish(eventOf('schedule.proposed', { assignmentId: randomUUID(), version: 1 })),
        );
        await Promise.all(batch);
      }
    },
    /** The stream is lost, and made again empty. */
    loseStream: async (name: StreamName) => {
      await peer.manager.streams.delete(name);
      await declare();
    },
    /** The stream has lost its end, as `ops streams apply --watch` says it. */
    beginAgain: async (name: StreamName) => {
      await peer.manager.streams.update(name, { metadata: { [originCreated]: new Date().toISOString() } });
    },
    info: (name: StreamName) => peer.manager.streams.info(name),
    /** Removes what came before, and that. */
    purge: (name: StreamName, { upToSequence }: { upToSequence: number }) =>
      peer.manager.streams.purge(name, { seq: upToSequence + 1 }),
    consumers: async (name: StreamName) => (await peer.manager.streams.info(name)).state.consumer_count,
    stop: () => peer.stop(),
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
