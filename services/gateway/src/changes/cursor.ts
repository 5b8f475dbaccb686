import { z } from 'zod';
import { type Change, type Place, type Source, sources } from './change.ts';

/** Where each stream is. */
export type Places = Readonly<Record<Source, Place>>;

/** How far a client has come: up to where it has seen each stream, and the last version of each aggregate that it was sent. */
export type Cursor = Readonly<Record<Source, Place & { version: number }>>;

const count = z.int().min(0);
const Mark = z.tuple([count, count, count]);
const Marks = z.tuple([Mark, Mark, Mark]);
const maxLength = 500;

/** The cursor of a client that has seen nothing and begins at these places. */
export function beginAt(places: Places): Cursor {
  return cursorOf((source) => ({ ...places[source], version: 0 }));
}

/** The cursor of a client that was sent this change; undefined when it had it, or a newer one, already. */
export function after(cursor: Cursor, { source, born, position, event }: Change): Cursor | undefined {
  const version = Number(event.sequence);
  return version > cursor[source].version ? { ...cursor, [source]: { born, position, version } } : undefined;
}

/** The cursor of a client that has been sent all that there was up to these places. */
export function caughtUp(cursor: Cursor, places: Places): Cursor {
  return cursorOf((source) => {
    const { born, position, version } = cursor[source];
    const reached = places[source];
    // Another gateway may have been further than this one is.
    return { ...reached, position: Math.max(reached.position, born === reached.born ? position : 0), version };
  });
}

/** As text that a client keeps and sends back, and that means nothing to it. */
export function writeCursor(cursor: Cursor): string {
  const marks = sources.map((source) => [cursor[source].born, cursor[source].position, cursor[source].version]);
  return Buffer.from(JSON.stringify(marks)).toString('base64url');
}

/** @returns undefined for text that is no cursor */
export function readCursor(text: string): Cursor | undefined {
  if (text.length > maxLength || !/^[\w-]+$/.test(text)) return undefined;
  const parsed = Marks.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
  if (!parsed.success) return undefined;
  const marks = new Map(sources.map((source, index) => [source, parsed.data[index]]));
  return cursorOf((source) => {
    const [born = 0, position = 0, version = 0] = marks.get(source) ?? [];
    return { born, position, version };
  });
}

function cursorOf(mark: (source: Source) => Cursor[Source]): Cursor {
  return { SCHEDULE: mark('SCHEDULE'), REMINDER: mark('REMINDER'), PAYOUT: mark('PAYOUT') };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
