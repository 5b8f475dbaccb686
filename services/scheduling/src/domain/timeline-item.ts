import type { TimelineItem } from '@punctual/contracts';
import type { Change } from './change.ts';
import { formatInstant } from './format-time.ts';
import { presentFields } from './present.ts';

/** A change as the timeline keeps it: who, why, and the fields that changed, as the API names them. */
export function timelineItem(change: Change, traceId: string | undefined): TimelineItem {
  const before: Record<string, unknown> = presentFields(change.before);
  const after: Record<string, unknown> = presentFields(change.after);
  const changed = Object.keys(after).filter((field) => before[field] !== after[field] && !isBookkeeping(field));
  return {
    version: change.after.scheduleVersion,
    type: change.type,
    actor: change.actor,
    source: change.actor.role === 'system' ? 'SYSTEM' : 'API',
    reason: change.reason,
    before: pick(before, changed),
    after: pick(after, changed),
    traceId: traceId ?? null,
    at: formatInstant(change.at),
  };
}

/** The price never changes, and is another object each time; when it was updated is the item's own `at`. */
function isBookkeeping(field: string): boolean {
  return field === 'price' || field === 'updatedAt';
}

function pick(fields: Record<string, unknown>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, fields[name]]));
}
