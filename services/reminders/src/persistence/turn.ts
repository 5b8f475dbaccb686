import { falseOnDuplicate } from './assignments.ts';
import type { TurnDocument } from './documents.ts';
import type { Store } from './store.ts';

/** Work that one instance does at a time. */
export type Turn = {
  /**
   * Takes it, or keeps it; call it again and again while at work.
   * @returns false while another instance has it. One that does not call for ten seconds loses it.
   */
  take(): Promise<boolean>;
  end(): Promise<void>;
};

/** By our own clock alone: the clocks of instances may differ. */
const deadAfterMs = 10_000;

export function createTurn({ turns }: Pick<Store, 'turns'>, _id: TurnDocument['_id'], holder: string): Turn {
  let seen: { holder: string; beat: number; at: number } | undefined;
  const takeFrom = async (other: TurnDocument) => {
    const isSame = seen?.holder === other.holder && seen.beat === other.beat;
    if (!isSame) seen = { holder: other.holder, beat: other.beat, at: performance.now() };
    if (!seen || performance.now() - seen.at < deadAfterMs) return false;
    const { matchedCount } = await turns.updateOne(other, { $set: { holder }, $inc: { beat: 1 } });
    return matchedCount === 1;
  };
  return {
    take: async () => {
      const { matchedCount } = await turns.updateOne({ _id, holder }, { $inc: { beat: 1 } });
      if (matchedCount === 1) return true;
      const other = await turns.findOne({ _id });
      if (other) return takeFrom(other);
      return turns.insertOne({ _id, holder, beat: 0 }).then(() => true, falseOnDuplicate);
    },
    end: async () => {
      await turns.deleteOne({ _id, holder });
    },
  };
}
