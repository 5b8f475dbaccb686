import { createDurable } from '../storage/durable.ts';
import type { Lock } from '../storage/lock.ts';
import type { KeyValueStorage } from '../storage/storage.ts';
import type { Intent } from './intent.ts';

/** The intents of one user, oldest first. */
export type IntentStore = {
  read(): Promise<Intent[]>;
  /** Replaces them, with nobody between the read and the write. */
  change<T>(update: (intents: Intent[]) => { intents: Intent[]; result: T }): Promise<T>;
};

export function openIntents(storage: KeyValueStorage, key: string, lock: Lock): IntentStore {
  const durable = createDurable<Intent[]>(storage, key);
  const read = async () => (await durable.load()) ?? [];
  return {
    read,
    change: (update) =>
      lock(`${key}.change`, async () => {
        const { intents, result } = update(await read());
        await durable.save(intents);
        return result;
      }),
  };
}
