import { z } from 'zod';
import { dateTimeWithOffset } from './date-times.ts';
import { sample } from './samples.ts';

/**
 * Any UUID in its text form, in lower case. Ours are version 7; ids of users come from the token
 * issuer.
 */
export const Uuid = z.guid().toLowerCase().meta({ pattern: undefined });
export type Uuid = z.infer<typeof Uuid>;

/** RFC 3339 in UTC with exactly milliseconds: `2026-12-01T09:00:00.000Z`. */
export const Instant = z.iso.datetime({ precision: 3 }).meta({
  // The exact pattern of all dates that exist is long; `format` says that already.
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$',
});
export type Instant = z.infer<typeof Instant>;

/** The same moment as a wall clock shows it, with its offset; a fraction only when there is one. */
export const LocalTime = dateTimeWithOffset;
export type LocalTime = z.infer<typeof LocalTime>;

/**
 * An IANA zone. Only its shape: whether a zone exists is judged by the service (422
 * `unknown-timezone`).
 */
export const TimeZone = z.string().meta({ description: 'IANA time zone', examples: ['Europe/Berlin'] });
export type TimeZone = z.infer<typeof TimeZone>;

/**
 * The shape of an ISO 4217 code. A reader does not judge which codes exist; `CreateJobBody` does.
 */
export const Currency = z.string().regex(/^[A-Z]{3}$/, { error: 'three upper-case letters', abort: true });
export type Currency = z.infer<typeof Currency>;

/** An amount in the currency's minor units (cents), always more than nothing. */
export const Money = z
  .strictObject({
    amountMinor: z.int().min(1).describe('In minor units of the currency, such as cents'),
    currency: Currency.describe('ISO 4217 code'),
  })
  .meta({ id: 'Money', description: 'An amount of money, more than zero' });
export type Money = z.infer<typeof Money>;

/** What two sides agree on: two instants, and how they read in the assignment's zone. */
export const Window = z
  .strictObject({
    start: Instant.describe('Inclusive'),
    end: Instant.describe('Exclusive'),
    timezone: TimeZone,
    localStart: LocalTime.describe('`start` in the time zone, with its offset'),
    localEnd: LocalTime.describe('`end` in the time zone, with its offset'),
  })
  .meta({ id: 'Window', description: 'A window, also as it reads in its time zone', examples: [sample.window] });
export type Window = z.infer<typeof Window>;

/** Two instants and nothing else: a free interval, or the one that is in the way. */
export const Interval = z
  .strictObject({ start: Instant.describe('Inclusive'), end: Instant.describe('Exclusive') })
  .meta({ id: 'Interval', description: 'A stretch of time' });
export type Interval = z.infer<typeof Interval>;

export const Role = z.enum(['customer', 'provider', 'finance', 'ops']).meta({ id: 'Role' });
export type Role = z.infer<typeof Role>;

/** Who did it. For `system` the id is null. */
export const Actor = z
  .strictObject({
    id: Uuid.nullable().describe('The user; null for `system`'),
    role: z.enum([...Role.options, 'system']).describe('The role in which the user acted'),
  })
  .meta({ id: 'Actor', description: 'Who did it' });
export type Actor = z.infer<typeof Actor>;

export const Side = z.enum(['CUSTOMER', 'PROVIDER']).meta({ id: 'Side', description: 'A side of an assignment' });
export type Side = z.infer<typeof Side>;

export const ProposedBy = z
  .enum([...Side.options, 'SYSTEM'])
  .meta({ id: 'ProposedBy', description: 'Who proposed; `SYSTEM` is ops' });
export type ProposedBy = z.infer<typeof ProposedBy>;

/** 32 hex digits: the trace that a support request can name. */
export const TraceId = z.string().regex(/^[0-9a-f]{32}$/, '32 hex digits');
export type TraceId = z.infer<typeof TraceId>;

/** An aggregate's version: counts its changes from 0. */
export const Version = z.int().min(0);
export type Version = z.infer<typeof Version>;
