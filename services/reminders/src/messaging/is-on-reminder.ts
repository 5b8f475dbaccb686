import { type Broker, idAt } from '@punctual/chassis';
import type { StoredEvent } from '../persistence/published.ts';
import { isRefused } from './is-refused.ts';

/** Whether REMINDER holds this event where it was stored; false if we may not look. */
export async function isOnReminder(nats: Pick<Broker, 'manager'>, stored: StoredEvent): Promise<boolean> {
  try {
    return (await idAt(nats, 'REMINDER', stored.streamSequence)) === stored.event.id;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
}
