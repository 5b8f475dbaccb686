import { nextMessage, startChild, stopChild } from '../child.ts';

/** The messages that one `publishAll` publishes. */
export type Publication = { natsUrl: string; messages: number; payload: string };

export type ReferencePublisher = {
  /** @returns the seconds until the last message is acknowledged */
  publishAll(): Promise<number>;
  stop(): Promise<void>;
};

export function startReferencePublisher({ natsUrl, messages, payload }: Publication): ReferencePublisher {
  const child = startChild(new URL('publisher.child.ts', import.meta.url), {
    NATS_URL: natsUrl,
    MESSAGES: String(messages),
    PAYLOAD: payload,
  });
  return {
    publishAll: async () => {
      const done = nextMessage<{ seconds: number }>(child);
      child.send('publish');
      return (await done).seconds;
    },
    stop: () => stopChild(child),
  };
}
