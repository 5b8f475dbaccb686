import type { Attempts } from '@punctual/chassis';
import { falseOnDuplicate } from './assignments.ts';
import type { Store } from './store.ts';

/** Notes of attempts at messages that had no answer yet. */
export function createAttempts({ attempts: notes }: Pick<Store, 'attempts'>): Attempts {
  const idOf = (consumer: string, message: string) => `${consumer} ${message}`;
  return {
    unanswered: async (consumer, messages) => {
      const ids = new Map(messages.map((message) => [idOf(consumer, message), message]));
      const found = await notes.find({ _id: { $in: [...ids.keys()] } }).toArray();
      return new Map(found.map(({ _id, attempts }) => [ids.get(_id) ?? '', attempts]));
    },
    note: async (consumer, message, attempts) => {
      await notes
        .updateOne({ _id: idOf(consumer, message) }, { $set: { attempts, at: new Date() } }, { upsert: true })
        // Another instance noted the same message first.
        .catch(falseOnDuplicate);
    },
    forget: async (consumer, message) => {
      await notes.deleteOne({ _id: idOf(consumer, message) });
    },
  };
}
