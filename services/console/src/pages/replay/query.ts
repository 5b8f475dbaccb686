import { consumers } from '@punctual/contracts';
import { z } from 'zod';
import type { ReplayOrder } from '../../acts/replay.ts';

const services = Object.values(consumers);
/** The consumers that read replays. */
export const replayable = services.map(({ durable }) => durable);

/** Whether events of this stream may be replayed to a consumer. */
export function canReplayTo(consumer: string, stream: string): boolean {
  return services.some((each) => each.durable === consumer && each.stream === stream);
}

/** As the fields of the form have it; times are local. */
export type ReplayQuery = {
  consumer: string | undefined;
  assignment: string | undefined;
  from: string | undefined;
  to: string | undefined;
};

const Local = z.string().regex(/^20\d\d-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/);

/** Reads the URL. @returns also which fields cannot be understood */
export function readQuery(query: URLSearchParams): ReplayQuery & { wrong: string[] } {
  const wrong: string[] = [];
  const read = (name: string, schema: z.ZodType<string>) => {
    const value = query.get(name)?.trim();
    if (!value) return undefined;
    const { data } = schema.safeParse(value);
    if (data === undefined) wrong.push(name);
    return data;
  };
  const Time = Local.refine(isTime);
  return {
    consumer: read('consumer', z.enum(replayable)),
    assignment: read('assignment', z.uuid()),
    from: read('from', Time),
    to: read('to', Time),
    wrong,
  };
}

/** What to replay, for one who lives in a zone. */
export function orderOf({ consumer = '', assignment, from, to }: ReplayQuery, zone: string, now: Temporal.Instant) {
  const instant = (local: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(zone).toInstant().toString();
  const order: ReplayOrder = {
    consumer,
    ...(from !== undefined && { from: instant(from) }),
    to: to === undefined ? now.toString() : instant(to),
    ...(assignment !== undefined && { assignmentId: assignment }),
  };
  return order;
}

function isTime(text: string): boolean {
  try {
    Temporal.PlainDateTime.from(text);
    return true;
  } catch {
    return false;
  }
}
