import { channel } from 'node:diagnostics_channel';

/** A moment with a name. Who listens may end the process there, or hold it up by `until`. */
export type FailpointReached = {
  name: string;
  /** The ids of the events that are at hand there, if any are. */
  events: () => readonly string[];
  until: Promise<void> | undefined;
};

const moments = channel('punctual:failpoint');

/**
 * Says that the process is at a moment at which a drill may want it to fail. What then happens is
 * in `drills/src/inside`, which only the drills preload and no image has: in production nobody
 * listens, and this is one comparison.
 */
export function failpoint(name: string, events: () => readonly string[] = () => []): Promise<void> | undefined {
  if (!moments.hasSubscribers) return undefined;
  const moment: FailpointReached = { name, events, until: undefined };
  moments.publish(moment);
  return moment.until;
}
