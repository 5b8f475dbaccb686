import type { BreakingChange } from './breaking-changes.ts';

/** What a consumer declares to read, in the `consumes.json` beside its package.json. */
export type DeclaredUse = {
  readonly consumer: string;
  /** Types of events; `schedule.*` are all of a family. */
  readonly events: readonly string[];
  /** Paths in the event: `id`, `data.window.start`, `data.approvals[].by`. A path means all that is below it. */
  readonly fields: readonly string[];
};

/** What an event is: nobody reads it well when it changes, whatever fields they read. */
const identity = new Set(['type', 'source', 'dataschema']);

export function isConsumed({ events }: DeclaredUse, type: string): boolean {
  return events.some((event) => (event.endsWith('.*') ? type.startsWith(event.slice(0, -1)) : type === event));
}

/** The change in one line: the event, the field, and whom it hits. */
export function describeChange(uses: readonly DeclaredUse[], change: BreakingChange): string {
  const consumers = consumersHit(uses, change);
  const where = change.field === undefined ? change.event : `${change.event}: ${change.field}`;
  return `${where} ${change.what}. Consumers: ${consumers.join(', ') || 'none that we know'}`;
}

/** The consumers that a change takes something from. */
function consumersHit(uses: readonly DeclaredUse[], { event, field }: BreakingChange): string[] {
  const concernsAll = field === undefined || identity.has(field);
  return uses
    .filter((use) => isConsumed(use, event))
    .filter(({ fields }) => concernsAll || fields.some((used) => isWithin(used, field) || isWithin(field, used)))
    .map(({ consumer }) => consumer);
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
