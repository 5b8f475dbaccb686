import type { AssignmentRecord } from '../domain/assignment.ts';
import type { LedgerRow } from '../domain/ledger-row.ts';

/** `T` as MongoDB stores it: with a `Date` for every instant. */
export type AsDocument<T> = T extends Temporal.Instant
  ? Date
  : T extends readonly (infer Item)[]
    ? AsDocument<Item>[]
    : T extends object
      ? { [Name in keyof T]: AsDocument<T[Name]> }
      : T;

/**
 * The record of an assignment; `_id` is the assignment's id. Those from before 1.1 lack a title, and
 * those of 1.1 the ids of events.
 */
export type AssignmentDocument = AsDocument<Omit<AssignmentRecord, 'assignmentId'>> & { _id: string };

/** A row of the ledger; `_id` is `assignmentId:scheduleVersion:kind`. */
export type ReminderDocument = AsDocument<Omit<LedgerRow, 'id'>> & { _id: string };

/**
 * When something last happened, in any instance. For the heartbeat also how late it was; `writable`
 * is the last check that the store takes writes.
 */
export type HeartbeatDocument = { _id: 'heartbeat' | 'dispatch' | 'writable'; at: Date; lagMs?: number };

/** A person whose texts from before `at` are gone; `_id` is their id. */
export type ErasureDocument = { _id: string; at: Date };

/** A published event; `_id` is its id. */
export type PublishedDocument = {
  _id: string;
  assignmentId: string;
  /** Its `reminderSequence`. */
  sequence: number;
  /** The event as JSON, without the title of the job: texts are in the record alone. */
  payload: string;
  /** When the stream that has it was created, in epoch milliseconds. */
  stream: number;
  /** Where that stream has it; null once it is lost, until it is published again. */
  streamSequence: number | null;
  at: Date;
};

/** How far a stream is known to this store; `_id` names the stream. */
export type PositionDocument = {
  _id: 'REMINDER' | 'SCHEDULE';
  /**
   * When the stream, or our consumer of it, was created; for REMINDER after a space also which refill it has
   * had last.
   */
  source: string;
  /** The store has all decisions and effects that belong to events up to this one. */
  sequence: number;
  /** While what REMINDER has lost is published again; `sequence` then is what it was before the loss. */
  isRefilling?: true;
  /** While a restored store catches up: up to here. */
  target?: number;
};

/** Who does what one instance does at a time; `beat` rises while it is at work. */
export type TurnDocument = { _id: 'refill'; holder: string; beat: number };

/** Attempts at a message that had no answer; `_id` is its consumer and the message's key. */
export type AttemptDocument = { _id: string; alone: number; at: Date };

export function toDate(instant: Temporal.Instant): Date {
  return new Date(instant.epochMilliseconds);
}

export function toInstant(date: Date): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(date.getTime());
}

/** Replaces every instant in a value, at every depth, by a `Date`. */
export function toStored<T>(value: T): AsDocument<T> {
  return convert(value, (part) => (part instanceof Temporal.Instant ? toDate(part) : undefined)) as AsDocument<T>;
}

export function toRow({ _id: id, ...fields }: ReminderDocument): LedgerRow {
  return { id, ...(withInstants(fields) as Omit<LedgerRow, 'id'>) };
}

export function toRowDocument({ id, ...fields }: LedgerRow): ReminderDocument {
  return { _id: id, ...toStored(fields) };
}

export function toRecord({ _id: assignmentId, ...fields }: AssignmentDocument): AssignmentRecord {
  const whole = { ...fields, title: fields.title ?? null, eventIds: fields.eventIds ?? {} };
  return { assignmentId, ...(withInstants(whole) as Omit<AssignmentRecord, 'assignmentId'>) };
}

export function toRecordDocument({ assignmentId, ...fields }: AssignmentRecord): AssignmentDocument {
  return { _id: assignmentId, ...toStored(fields) };
}

function withInstants(value: unknown): unknown {
  return convert(value, (part) => (part instanceof Date ? toInstant(part) : undefined));
}

function convert(value: unknown, replace: (part: object) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const replaced = replace(value);
  if (replaced !== undefined) return replaced;
  if (Array.isArray(value)) return value.map((part) => convert(part, replace));
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, convert(part, replace)]));
}
