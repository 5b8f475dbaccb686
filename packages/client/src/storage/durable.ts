import type { KeyValueStorage } from './storage.ts';

/** One value that survives a crash at any time. */
export type Durable<T> = {
  /** Returns the value that was saved last. */
  load(): Promise<T | undefined>;
  save(value: T): Promise<void>;
};

type Slot<T> = { number: number; value: T };

/**
 * Keeps a value under `<key>.0` and `<key>.1` in turn, so that the previous one is still there when
 * the device stops in the middle of a write. A checksum tells which are whole.
 */
export function createDurable<T>(storage: KeyValueStorage, key: string): Durable<T> {
  const slots = [`${key}.0`, `${key}.1`] as const;
  const latest = async (): Promise<Slot<T> | undefined> => {
    const [first, second] = await Promise.all(slots.map(async (slot) => read<T>(await storage.getItem(slot))));
    return (first?.number ?? -1) > (second?.number ?? -1) ? first : second;
  };
  return {
    load: async () => (await latest())?.value,
    save: async (value) => {
      // Read again each time: another tab may have saved.
      const number = ((await latest())?.number ?? 0) + 1;
      await storage.setItem(slots[number % 2] as string, write({ number, value }));
    },
  };
}

function write(slot: Slot<unknown>): string {
  const text = JSON.stringify(slot);
  return `${checksum(text)} ${text}`;
}

function read<T>(saved: string | null): Slot<T> | undefined {
  const text = saved?.slice(saved.indexOf(' ') + 1) ?? '';
  return saved && saved === `${checksum(text)} ${text}` ? JSON.parse(text) : undefined;
}

/** FNV-1a, 32 bits. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16);
}
