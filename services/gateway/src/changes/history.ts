import type { BrokerHandle } from '@punctual/chassis';
import type { Uuid } from '@punctual/contracts';
import { LRUCache } from 'lru-cache';
import type { MessageWindow } from './message-window.ts';
import { type Block, readBlock } from './read-block.ts';
import { shareReaders } from './share-readers.ts';

/** The client on whose behalf is read. */
export type Reader = {
  userId: Uuid;
  /** Aborted when the client has left. */
  signal: AbortSignal;
};

/** Older messages than are in memory, read from NATS. */
export type History = {
  /**
   * Reads a block.
   * @throws when NATS is unavailable, or the client leaves before its turn
   */
  read(block: Block, reader: Reader): Promise<MessageWindow>;
};

/** Sequences of a block. */
export const blockSize = 2_000;
/** Bounds the memory of old messages; clients that lost their connections together read the same. */
const rememberedBlocks = 8;

/** Creates the history that all clients share: a block is read once for all that want it. */
export function createHistory({ broker }: { broker: BrokerHandle }): History {
  const withReader = shareReaders();
  const blocks = new LRUCache<string, Promise<MessageWindow>>({ max: rememberedBlocks });

  return {
    read: async (block, { userId, signal }) => {
      const key = JSON.stringify(block);
      const known = blocks.get(key);
      if (known) return known;
      const { window } = await withReader(userId, signal, async () => {
        // Another client may have read it meanwhile, or be reading it.
        const begun = blocks.get(key);
        if (begun) return { window: await begun, messages: 0 };
        const read = broker.connected().then((connected) => readBlock(connected, block));
        blocks.set(key, read);
        read.catch(() => blocks.delete(key));
        return { window: await read, messages: block.until - block.after };
      });
      return window;
    },
  };
}
