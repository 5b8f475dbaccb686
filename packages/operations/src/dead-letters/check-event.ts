import { allEvents } from '@punctual/contracts';
import { z } from 'zod';
import { parseJson } from '../parse-json.ts';

/** What is wrong with one field: its path as in `data.windows[0].start`, empty for the whole event. */
export type Fault = { path: string; message: string };

/** An event against its contract, as consumers read it. */
export type EventCheck = {
  /** Its parsed JSON; undefined when it is none. */
  json: unknown;
  /** Whether this release has a contract for its type. Consumers ignore other types. */
  isKnown: boolean;
  faults: Fault[];
};

const Typed = z.object({ type: z.string() });

/** Checks the body of an event against the contract of its type. */
export function checkEvent(body: Uint8Array): EventCheck {
  const json = parseJson(Buffer.from(body).toString());
  if (json === undefined) return { json, isKnown: false, faults: [{ path: '', message: 'This is not JSON.' }] };
  const typed = Typed.safeParse(json);
  if (!typed.success) return { json, isKnown: false, faults: typed.error.issues.map(toFault) };
  const contract = contractOf(typed.data.type);
  const { error } = contract?.lenient.safeParse(json) ?? {};
  return { json, isKnown: contract !== undefined, faults: error?.issues.map(toFault) ?? [] };
}

/** The contract of a type of event, if this release knows it. */
export function contractOf(type: string) {
  return Object.hasOwn(allEvents, type) ? allEvents[type as keyof typeof allEvents] : undefined;
}

function toFault({ path, message }: z.core.$ZodIssue): Fault {
  return { path: z.core.toDotPath(path), message };
}
