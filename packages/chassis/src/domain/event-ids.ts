/** The ids of the events that brought the latest versions of an aggregate. Other versions are unknown. */
export type EventIds = Readonly<Record<string, string>>;

/** Bounds a row; two events for a version are close to the latest one. */
const most = 20;

/** Adds an event, unless its version is known or older than those that are kept. */
export function withEventId(ids: EventIds, version: number, id: string): EventIds {
  if (ids[version] !== undefined) return ids;
  const versions = [...Object.keys(ids).map(Number), version].toSorted((a, b) => b - a).slice(0, most);
  return Object.fromEntries(versions.map((each) => [each, ids[each] ?? id]));
}

/**
 * Says how an event contradicts what was applied: its version is known with another event.
 * @returns undefined if it does not, or the version is unknown
 */
export function findContradiction(ids: EventIds, version: number, id: string): string | undefined {
  const known = ids[version];
  if (known === undefined || known === id) return undefined;
  return `contradicts version ${version}: known as event ${known}`;
}
