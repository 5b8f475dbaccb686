import type { Attempts } from '@punctual/chassis';
import { falseOnDuplicates } from './assignments.ts';
import type { Store } from './store.ts';

/** Notes of attempts at messages that had no answer yet. */
export function createAttempts({ attempts: notes }: Pick<Store, 'attempts'>): Attempts {
  const idsOf = (consumer: string, messages: readonly string[]) => messages.map((message) => `${consumer} ${message}`);
  return {
    unanswered: async (consumer, messages) => {
      const found = await notes.find({ _id: { $in: idsOf(consumer, messages) } }).toArray();
      return new Map(found.map(({ _id, alone }) => [_id.slice(consumer.length + 1), alone]));
    },
    note: async (consumer, messages, alone) => {
      const update = { $set: { alone, at: new Date() } };
      await notes
        .bulkWrite(
          idsOf(consumer, messages).map((_id) => ({ updateOne: { filter: { _id }, update, upsert: true } })),
          { ordered: false },
        )
        // Another instance noted some of them at the same time.
        .catch(falseOnDuplicates);
    },
    forget: async (consumer, messages) => {
      await notes.deleteMany({ _id: { $in: idsOf(consumer, messages) } });
    },
  };
}
