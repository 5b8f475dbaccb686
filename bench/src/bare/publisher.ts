import { nextMessage, startChild, stopChild } from '../child.ts';

/** What a bare process publishes in one go. */
export type Publication = { natsUrl: string; messages: number; payload: string };

export type BarePublisher = {
  /** @returns the seconds until the last message is acknowledged */
  publishAll(): Promise<number>;
  stop(): Promise<void>;
};

export function startBarePublisher({ natsUrl, messages, payload }: Publication): BarePublisher {
  const child = startChild(new URL('bare-publisher.ts', import.meta.url), {
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
