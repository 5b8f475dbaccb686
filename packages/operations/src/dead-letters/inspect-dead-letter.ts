import type { Nats } from '../nats.ts';
import { checkEvent, type EventCheck } from './check-event.ts';
import { type LaterEvents, laterEvents } from './later-events.ts';
import { findDeadLetter } from './select-dead-letters.ts';
import type { StoredDeadLetter } from './stored-dead-letter.ts';

/** A dead letter, its event against its contract, and what came after. */
export type InspectedDeadLetter = {
  letter: StoredDeadLetter;
  /** Undefined when its body is gone. */
  check: EventCheck | undefined;
  after: LaterEvents;
};

/** Looks at one dead letter; undefined if it is gone. */
export async function inspectDeadLetter(nats: Nats, sequence: number): Promise<InspectedDeadLetter | undefined> {
  const letter = await findDeadLetter(nats, sequence);
  if (!letter) return undefined;
  const check = letter.content && checkEvent(letter.content.data);
  return { letter, check, after: await laterEvents(nats, letter) };
}
