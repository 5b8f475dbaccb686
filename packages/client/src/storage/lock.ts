import type { KeyValueStorage } from './storage.ts';

/** Runs work while no one else who uses the name does. */
export type Lock = <T>(name: string, work: () => Promise<T>) => Promise<T>;

/** Web Locks hold for all tabs. Elsewhere, as in React Native, one process has the storage. */
export function lockFor(storage: KeyValueStorage): Lock {
  const locks = globalThis.navigator?.locks;
  return locks ? (name, work) => locks.request(name, work) : inThisProcess(storage);
}

/** By storage, so that two queues over one storage share their locks. */
const tails = new WeakMap<KeyValueStorage, Map<string, Promise<unknown>>>();

function inThisProcess(storage: KeyValueStorage): Lock {
  const byName = tails.get(storage) ?? new Map<string, Promise<unknown>>();
  tails.set(storage, byName);
  return (name, work) => {
    const result = (byName.get(name) ?? Promise.resolve()).then(work);
    byName.set(
      name,
      result.catch(() => {}),
    );
    return result;
  };
}
