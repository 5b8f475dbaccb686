/// <reference lib="dom" />
import type { KeyValueStorage } from './storage.ts';

const storeName = 'texts';

/**
 * Opens a storage in IndexedDB for an app in a browser. What one tab has written, every other tab
 * reads from then on. `localStorage` does not promise that: each tab reads from a copy, which is
 * brought up to date a little later.
 * @param name of the database, created when it does not exist
 */
export function indexedDbStorage(name = 'punctual'): KeyValueStorage {
  let opened: Promise<IDBDatabase> | undefined;
  const forget = () => {
    opened = undefined;
  };
  const database = () => {
    opened ??= open(name, forget);
    opened.catch(forget);
    return opened;
  };
  return {
    getItem: async (key) => {
      const texts = (await database()).transaction(storeName).objectStore(storeName);
      return (await resultOf<string | undefined>(texts.get(key))) ?? null;
    },
    setItem: async (key, value) => {
      const transaction = (await database()).transaction(storeName, 'readwrite', { durability: 'strict' });
      transaction.objectStore(storeName).put(value, key);
      await ended(transaction);
    },
  };
}

async function open(name: string, onClosed: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  const database = await resultOf(request);
  // The browser closes it when the user clears the site's data.
  database.onclose = onClosed;
  // Another tab deletes the database.
  database.onversionchange = () => {
    database.close();
    onClosed();
  };
  return database;
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}
