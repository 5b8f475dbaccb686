import type { DeadLetterFilter } from '@punctual/operations';
import { z } from 'zod';
import { startOfDay } from '../../html/times.ts';

/** What the URL asks for. Fields that it does not understand are left out. */
export type LettersQuery = {
  consumer: string | undefined;
  cause: string | undefined;
  type: string | undefined;
  assignment: string | undefined;
  /** Days, in the zone of the person. */
  from: string | undefined;
  to: string | undefined;
  sequence: number | undefined;
  /** The cursor of the page before. */
  after: number | undefined;
};

const Token = z.string().regex(/^[\w-]{1,100}$/);
const Text = z.string().min(1).max(1_000);
/** In this century: others are no times for NATS. */
const Day = z.iso.date().refine((day) => day.startsWith('20'));
const Whole = z.coerce.number().int().positive();

export function readQuery(query: URLSearchParams): LettersQuery {
  const read = <T>(name: string, schema: z.ZodType<T>) => schema.safeParse(query.get(name)?.trim() || undefined).data;
  return {
    consumer: read('consumer', Token),
    // Empty: those without a reason.
    cause: query.has('cause') ? Text.or(z.literal('')).safeParse(query.get('cause')).data : undefined,
    type: read('type', Text),
    assignment: read('assignment', z.uuid()),
    from: read('from', Day),
    to: read('to', Day),
    sequence: read('sequence', Whole),
    after: read('after', Whole),
  };
}

/** The filter of a query, for one who lives in a zone. */
export function filterOf({ from, to, after: _after, ...query }: LettersQuery, zone: string): DeadLetterFilter {
  return {
    ...query,
    from: from === undefined ? undefined : startOfDay(from, zone),
    to: to === undefined ? undefined : startOfDay(to, zone, 1),
  };
}

/** The page with these filters. */
export function pathOf(query: Partial<LettersQuery>): string {
  const given = Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  const fields = new URLSearchParams(given).toString();
  return fields ? `/dead-letters?${fields}` : '/dead-letters';
}
