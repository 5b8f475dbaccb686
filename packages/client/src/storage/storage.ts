/**
 * Where an app keeps texts. `AsyncStorage` of React Native fits as it is. In a browser,
 * `indexedDbStorage()` makes one.
 */
export type KeyValueStorage = {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): unknown;
};

/** Whether it is `localStorage` or `sessionStorage` of a browser. */
export function isWebStorage(storage: KeyValueStorage): boolean {
  const { Storage } = globalThis as { Storage?: new () => unknown };
  return Storage !== undefined && storage instanceof Storage;
}
