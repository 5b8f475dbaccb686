import { erasedText, type PersonErased } from '@punctual/contracts';
import type { AssignmentRecord } from '../domain/assignment.ts';
import { eraseTitles as eraseOfPerson, findErasures, recordErasures } from '../persistence/erasures.ts';
import type { RemindersDeps } from './deps.ts';

/** Erases the titles of people's assignments, the only text that this service stores. */
export async function eraseTitles(
  { store }: Pick<RemindersDeps, 'store'>,
  events: readonly PersonErased[],
): Promise<void> {
  const erasures = events.map(({ data: { personId, at } }) => ({ personId, at: Temporal.Instant.from(at) }));
  // Recorded first: an event that is being applied now finds either the record, or its title erased.
  await recordErasures(store, erasures);
  for (const erasure of erasures) await eraseOfPerson(store, erasure);
}

/**
 * Erases the titles that late events have just brought into these records.
 * @returns the records as they are then
 */
export async function eraseLateTitles(
  { store }: Pick<RemindersDeps, 'store'>,
  records: AssignmentRecord[],
): Promise<AssignmentRecord[]> {
  const erasures = await findErasures(store, records);
  const late = erasures.filter((erasure) => records.some((record) => isErased(record, erasure)));
  for (const erasure of late) await eraseOfPerson(store, erasure);
  return records.map((record) => (late.some((erasure) => isErased(record, erasure)) ? withoutTitle(record) : record));
}

function isErased(
  { customerId, providerId, title }: AssignmentRecord,
  { personId, at }: { personId: string; at: Temporal.Instant },
): boolean {
  if (title === null || (customerId !== personId && providerId !== personId)) return false;
  return title.text !== erasedText && Temporal.Instant.compare(title.at, at) <= 0;
}

function withoutTitle({ title, ...record }: AssignmentRecord): AssignmentRecord {
  return { ...record, title: title && { ...title, text: erasedText } };
}
