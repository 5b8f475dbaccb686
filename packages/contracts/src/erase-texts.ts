/** Replaces a text of an erased person. */
export const erasedText = '[erased]';

/**
 * The fields of events, responses and timelines that hold text of people. `metadata` is emptied,
 * `label` belongs to a location, whose coordinates are emptied as well.
 */
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

/** The numbers that say where a person lives, as their texts do. */
export const personalNumbers = ['latitude', 'longitude'] as const;

const coordinates: ReadonlySet<string> = new Set(personalNumbers);

/** Copies parsed JSON and replaces the texts of people at every depth with {@link erasedText}. */
export function eraseTexts(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(eraseTexts);
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      if (coordinates.has(name) && typeof value === 'number') return [name, null];
      if (name === 'metadata' && typeof value === 'object' && value !== null) return [name, {}];
      return [name, names.has(name) && typeof value === 'string' ? erasedText : eraseTexts(value)];
    }),
  );
}

/**
 * Says whether parsed JSON is about a person or contains their text: as customer, provider, actor,
 * or creator of a hold.
 */
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
