import { Type } from '@mikro-orm/core';

/** `timestamptz(3)` as a `Temporal.Instant`; the driver's side of it is a `Date`. */
export class InstantType extends Type<Temporal.Instant | null, Date | null> {
  override convertToDatabaseValue(instant: Temporal.Instant | null): Date | null {
    return instant ? new Date(instant.epochMilliseconds) : null;
  }

  override convertToJSValue(date: Date | null): Temporal.Instant | null {
    return date ? date.toTemporalInstant() : null;
  }

  override getColumnType(): string {
    return 'timestamptz(3)';
  }
}
