import type { Message } from './state.ts';

/** The stream without repeated event ids, as a deduplicating subscriber sees it. */
export function firstOfEach(messages: readonly Message[]): Message[] {
  const seen = new Set<string>();
  return messages.filter(({ event }) => !seen.has(event.id) && seen.add(event.id));
}
