import { type Actor, type EventType, makeEvent, type TimelineItem } from '@punctual/contracts';
import { formatInstant } from '../../domain/format-instant.ts';
import { currentTraceparent } from '../../telemetry/trace-context.ts';
import { insertRows, updateRows } from '../bulk-writes.ts';
import { outboxRow } from '../outbox/tables.ts';
import { type Fields, insertInto, type Statement, updateOf } from '../statement.ts';
import { changedFields, type TimelineTable } from './timeline.ts';

/** One accepted change of an aggregate: one version, one timeline item, one event. */
export type AggregateChange<State> = {
  readonly type: EventType;
  readonly actor: Actor;
  readonly at: Temporal.Instant;
  readonly reason: string | null;
  /** Undefined when the change creates the aggregate. */
  readonly before: State | undefined;
  readonly after: State;
  /** Without it `SYSTEM` for the system's own changes, and `API` for all others. */
  readonly source?: TimelineItem['source'];
  /** Of the trace that caused it, if that is not the current one. */
  readonly traceparent?: string | undefined;
};

/** How the changes of one kind of aggregate are saved. `Deps` is what its events need to know. */
export type Aggregate<State, C extends AggregateChange<State>, Deps = unknown> = {
  table: string;
  timeline: TimelineTable;
  idOf(state: State): string;
  versionOf(state: State): number;
  /** The columns of its row by field. Wrap an array for a `jsonb` column in `json`. */
  toRow(state: State): Fields;
  /** What its timeline shows, without what every item says anyway. */
  timelineFields(state: State): Fields;
  /** The assignment that its events are about, and their data. */
  event(change: C, deps: Deps): { assignmentId: string; data: object };
  /** Run before the rows are written. */
  writesBefore?(saved: readonly Saved<State>[]): Statement[];
  /** Run after the rows are written. */
  writesAfter?(saved: readonly Saved<State>[]): Statement[];
};

/** An aggregate before the first and after the last of its changes. */
export type Saved<State> = { before: State | undefined; after: State };

/**
 * The statements that save changes: the rows of the aggregates, which must be locked, a timeline
 * item and an event for each change. Give the changes of one aggregate in order.
 */
export function saveChanges<State, C extends AggregateChange<State>, Deps>(
  aggregate: Aggregate<State, C, Deps>,
  changes: readonly C[],
  deps: Deps & { newId: () => string },
): Statement[] {
  const { table, timeline, idOf, versionOf } = aggregate;
  const saved = [...Map.groupBy(changes, ({ after }) => idOf(after)).values()].flatMap(savedBy<State>);
  return [
    ...(aggregate.writesBefore?.(saved) ?? []),
    ...insertAll(
      table,
      saved.flatMap(({ before, after }) => (before === undefined ? [aggregate.toRow(after)] : [])),
    ),
    ...updateChanged(aggregate, saved),
    ...(aggregate.writesAfter?.(saved) ?? []),
    ...insertAll(
      timeline.table,
      changes.map((change) => timelineRow(aggregate, change)),
    ),
    ...insertAll(
      'outbox',
      changes.map((change) => {
        const { type, at, after } = change;
        const event = makeEvent({
          id: deps.newId(),
          type,
          time: formatInstant(at),
          sequence: versionOf(after),
          ...(aggregate.event(change, deps) as { assignmentId: string; data: never }),
          traceparent: traceparentOf(change),
        });
        return outboxRow(event);
      }),
    ),
  ];
}

function savedBy<State>(changes: readonly AggregateChange<State>[]): Saved<State>[] {
  const [first, last] = [changes.at(0), changes.at(-1)];
  return first && last ? [{ before: first.before, after: last.after }] : [];
}

/** One row goes as parameters, which PostgreSQL plans once; many go as one parameter. */
function insertAll(table: string, rows: readonly Fields[]): Statement[] {
  const [only, ...others] = rows;
  return only && others.length === 0 ? [insertInto(table, only)] : insertRows(table, rows);
}

/** Writes only what has changed: in any of them, when there are several. */
function updateChanged<State, C extends AggregateChange<State>, Deps>(
  { table, idOf, toRow }: Aggregate<State, C, Deps>,
  saved: readonly Saved<State>[],
): Statement[] {
  const updates = saved.flatMap(({ before, after }) =>
    before === undefined ? [] : [{ id: idOf(after), before: toRow(before), after: toRow(after) }],
  );
  const changed = new Set(updates.flatMap(({ before, after }) => Object.keys(changedFields(before, after).after)));
  const rows = updates.map(({ id, after }) => ({
    id,
    fields: Object.fromEntries([...changed].map((field) => [field, after[field]])),
  }));
  const [only, ...others] = rows;
  if (only && others.length === 0) return [updateOf(table, only.id, only.fields)];
  return updateRows(
    table,
    'id',
    rows.map(({ id, fields }) => ({ id, ...fields })),
  );
}

function timelineRow<State, C extends AggregateChange<State>, Deps>(
  aggregate: Aggregate<State, C, Deps>,
  change: C,
): Fields {
  const { timeline, idOf, versionOf, timelineFields } = aggregate;
  const { type, actor, at, reason, before, after, source = actor.role === 'system' ? 'SYSTEM' : 'API' } = change;
  return {
    [timeline.key]: idOf(after),
    version: versionOf(after),
    type,
    actor,
    source,
    reason,
    ...changedFields(before && timelineFields(before), timelineFields(after)),
    traceId: traceparentOf(change)?.split('-')[1] ?? null,
    at,
  };
}

function traceparentOf(change: AggregateChange<unknown>): string | undefined {
  return 'traceparent' in change ? change.traceparent : currentTraceparent();
}
