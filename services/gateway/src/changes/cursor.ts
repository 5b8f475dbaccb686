import { z } from 'zod';
import { type ChangeStream, changeStreams, type StreamPosition } from './change.ts';

export type StreamPositions = Readonly<Record<ChangeStream, StreamPosition>>;

/**
 * How far a client has come: its position in each stream, and the last version of each aggregate
 * that it was sent.
 */
export type Cursor = Readonly<Record<ChangeStream, StreamPosition & { version: number }>>;

const count = z.int().min(0);
const Mark = z.tuple([count, count, count]);
const Marks = z.tuple([Mark, Mark, Mark]);
const maxLength = 500;

/** Creates the cursor of a client that has been sent nothing and begins at these positions. */
export function beginAt(positions: StreamPositions): Cursor {
  return cursorOf((stream) => ({ ...positions[stream], version: 0 }));
}

/** Moves a cursor to a position in one stream. */
export function moveTo(
  cursor: Cursor,
  stream: ChangeStream,
  { streamCreatedAt, sequence }: StreamPosition,
  version: number = cursor[stream].version,
): Cursor {
  return { ...cursor, [stream]: { streamCreatedAt, sequence, version } };
}

/** Returns the first stream that has more than the cursor knows of, up to these positions. */
export function findBehind(cursor: Cursor, positions: StreamPositions): ChangeStream | undefined {
  return changeStreams.find((stream) => isAfter(positions[stream], cursor[stream]));
}

/** Whether a position is after another. In another stream of the same name everything is. */
export function isAfter(position: StreamPosition, { streamCreatedAt, sequence }: StreamPosition): boolean {
  return position.streamCreatedAt !== streamCreatedAt || position.sequence > sequence;
}

/** Moves a cursor past everything up to these positions. */
export function caughtUp(cursor: Cursor, positions: StreamPositions): Cursor {
  return cursorOf((stream) => {
    const { streamCreatedAt, sequence, version } = cursor[stream];
    const reached = positions[stream];
    // Another gateway may have been ahead of this one.
    const known = streamCreatedAt === reached.streamCreatedAt ? sequence : 0;
    return { ...reached, sequence: Math.max(reached.sequence, known), version };
  });
}

/** Writes a cursor as opaque text, which a client stores and sends back. */
export function writeCursor(cursor: Cursor): string {
  const marks = changeStreams.map((stream) => {
    const { streamCreatedAt, sequence, version } = cursor[stream];
    return [streamCreatedAt, sequence, version];
  });
  return Buffer.from(JSON.stringify(marks)).toString('base64url');
}

/**
 * Reads what {@link writeCursor} wrote. A forged cursor that reads well gives nothing away: it only
 * says where in the streams to begin, and each event is judged by the caller's token.
 * @returns undefined for text that is not a cursor
 */
export function readCursor(text: string): Cursor | undefined {
  if (text.length > maxLength || !/^[\w-]+$/.test(text)) return undefined;
  const parsed = Marks.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const marks = new Map(changeStreams.map((stream, index) => [stream, parsed.data[index]]));
  const cursor = cursorOf((stream) => {
    const [streamCreatedAt = 0, sequence = 0, version = 0] = marks.get(stream) ?? [];
    return { streamCreatedAt, sequence, version };
  });
  return writeCursor(cursor) === text ? cursor : undefined;
}

function cursorOf(mark: (stream: ChangeStream) => Cursor[ChangeStream]): Cursor {
  return { SCHEDULE: mark('SCHEDULE'), REMINDER: mark('REMINDER'), PAYOUT: mark('PAYOUT') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
