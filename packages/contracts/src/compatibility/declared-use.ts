import { z } from 'zod';
import type { BreakingChange } from './breaking-changes.ts';

/** A `consumes.json`, which stands beside a package.json: what each consumer reads, by its name. */
export const Consumes = z.record(
  z.string(),
  z.strictObject({
    events: z.array(z.string()).min(1).describe('Types of events; `schedule.*` are all of a family'),
    fields: z
      .array(z.string())
      .min(1)
      .describe('Paths: `id`, `data.window.start`, `data.approvals[].by`; each includes everything below it'),
  }),
);
export type Consumes = z.infer<typeof Consumes>;

/** One consumer of a `consumes.json`. */
export type DeclaredUse = {
  readonly consumer: string;
  readonly events: readonly string[];
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
function consumersHit(uses: readonly DeclaredUse[], change: BreakingChange): string[] {
  return uses
    .filter((use) => isConsumed(use, change.event) && readsField(use, change.field))
    .map(({ consumer }) => consumer);
}

/** Whether a consumer reads a field, a part of it, or something that contains it. */
export function readsField({ fields }: DeclaredUse, field: string | undefined): boolean {
  if (field === undefined || identity.has(field)) return true;
  return fields.some((used) => isWithin(used, field) || isWithin(field, used));
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`);
}
