import { LRUCache } from 'lru-cache';
import type { Adapter, AdapterPayload } from 'oidc-provider';

/** Codes, refresh tokens, grants, sessions and sign-ins under way, of all clients together. */
const mostEntries = 10_000;

/**
 * Keeps the provider's state in memory: the entries used last, up to a fixed number. Expired entries
 * stay until then; the provider does not accept them.
 * @returns the adapter of a kind of entry
 */
export function createMemoryAdapter(): (kind: string) => Adapter {
  const entries = new LRUCache<string, AdapterPayload>({ max: mostEntries });
  return (kind) => {
    const keyOf = (id: string) => `${kind}:${id}`;
    return {
      upsert: async (id, payload) => void entries.set(keyOf(id), payload),
      find: async (id) => entries.get(keyOf(id)),
      // Of sessions.
      findByUid: async (uid) => entries.find((payload, key) => key.startsWith(keyOf('')) && payload.uid === uid),
      // Devices without a browser cannot sign in here.
      findByUserCode: async () => undefined,
      consume: async (id) => {
        const payload = entries.get(keyOf(id));
        if (payload) payload.consumed = Math.floor(Date.now() / 1000);
      },
      destroy: async (id) => void entries.delete(keyOf(id)),
      revokeByGrantId: async (grantId) => {
        for (const [key, payload] of entries)
          if (key.startsWith(keyOf('')) && payload.grantId === grantId) entries.delete(key);
      },
    };
  };
}
