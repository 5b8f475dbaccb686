import type { Message } from './state.ts';

/** A stream as a subscriber sees it that looks at the ids: what comes again is passed over. */
export function firstOfEach(messages: readonly Message[]): Message[] {
  const seen = new Set<string>();
  return messages.filter(({ event }) => !seen.has(event.id) && seen.add(event.id));
}
