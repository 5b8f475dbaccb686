import { findPosition, hasGoneBack } from '../persistence/positions.ts';
import type { RemindersDeps } from './deps.ts';

/**
 * Whether the store is older than this process has known it. That puts the history in doubt, also
 * where the store was restored without an outage that the driver notices.
 */
export async function isRestored({ store, history }: RemindersDeps): Promise<boolean> {
  const { REMINDER: known } = history.known;
  const isOlder = hasGoneBack(known, await findPosition(store, 'REMINDER'));
  if (isOlder) history.doubt();
  return isOlder;
}
