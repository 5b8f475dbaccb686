/** Stands where a text of an erased person was. */
export const erasedText = '[erased]';

/** The members of events, answers and timelines that hold text of people. `metadata` is emptied, `label` is that of a location. */
export const personalTexts = [
  'notes',
  'scheduleNotes',
  'reason',
  'rejectReason',
  'title',
  'jobTitle',
  'description',
  'label',
  'reference',
  'paymentReference',
  'blockedBecause',
] as const;

const names: ReadonlySet<string> = new Set(personalTexts);

/** A copy of parsed JSON in which the texts of people, at every depth, are {@link erasedText}; all else is as it was. */
export function eraseTexts(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(eraseTexts);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      if (name === 'metadata' && typeof value === 'object' && value !== null) return [name, {}];
      return [name, names.has(name) && typeof value === 'string' ? erasedText : eraseTexts(value)];
    }),
  );
}

/** Whether parsed JSON is about a person, or says something that they wrote: as customer, provider, actor, or maker of a hold. */
export function concernsPerson(json: unknown, personId: string): boolean {
  if (Array.isArray(json)) return json.some((part) => concernsPerson(part, personId));
  if (typeof json !== 'object' || json === null) return false;
  const { customerId, providerId, actor, holds } = json as Record<string, unknown>;
  if (customerId === personId || providerId === personId || member(actor, 'id') === personId) return true;
  if (Array.isArray(holds) && holds.some((hold) => member(hold, 'by') === personId)) return true;
  return Object.values(json).some((part) => concernsPerson(part, personId));
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
