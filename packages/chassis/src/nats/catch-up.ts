import type { BatchDeps } from './handle-batch.ts';
import { handleLacking } from './handle-lacking.ts';
import type { ConsumerSource, Handling, Identified } from './handling.ts';
import type { Inbox } from './inbox.ts';
import { consumerInfo } from './read-stream.ts';

/** Keeps a database, which may be restored, in step with what its consumer has acknowledged. */
export type CatchUp = {
  /**
   * Handles again what the database lacks of the acknowledged events, unless it is where it was when
   * it was last compared (ADR 0041). To be called before messages are fetched, and every few seconds.
   */
  check(): Promise<void>;
  /** Called with the sequence of the last of some messages that were settled. */
  settled(sequence: number): void;
};

export function createCatchUp<E extends Identified>(
  deps: BatchDeps,
  handling: Handling<E> & { inbox: Inbox<E> },
  source: ConsumerSource,
): CatchUp {
  let latest = 0;
  let compared: { place: string; upTo: number } | undefined;
  let checking: Promise<void> | undefined;

  const check = async () => {
    // Before the database is asked: what is settled meanwhile may already be in another place.
    const upTo = latest;
    const state = await handling.inbox.describe();
    if (compared?.place === state.place) {
      compared.upTo = Math.max(compared.upTo, upTo);
      return;
    }
    const consumer = await consumerInfo(deps.broker, source.stream, handling.durable);
    if (!consumer) return;
    const acknowledged = consumer.ack_floor.stream_seq;
    await handleLacking(deps, handling, {
      ...{ source, state, acknowledged },
      delivered: consumer.delivered.stream_seq,
      complete: Math.min(compared?.upTo ?? acknowledged, acknowledged),
    });
    compared = { place: state.place, upTo: acknowledged };
  };
  return {
    check: () => {
      checking ??= check().finally(() => {
        checking = undefined;
      });
      return checking;
    },
    settled: (sequence) => {
      latest = Math.max(latest, sequence);
    },
  };
}
