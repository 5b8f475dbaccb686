import type { Outage } from '../process/log-outage.ts';
import { pause } from '../process/pause.ts';
import { isUnavailable } from '../unavailable/is-unavailable.ts';

/** How work has failed. */
export type Failure = { error: unknown };

/** Pauses between tries: half a minute in all, without a new delivery. */
const awayPausesMs = [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000, 5_000];

/**
 * Repeats work in place while a server is unavailable, so that order is kept and JetStream's
 * delivery count only counts faulty events.
 * @returns how it failed in the end, if it did
 */
export async function onceThere(
  { outage, signal }: { outage: Outage; signal: AbortSignal },
  work: () => Promise<Failure | undefined>,
): Promise<Failure | undefined> {
  for (const pauseMs of awayPausesMs) {
    const failure = await work();
    if (!failure || !isUnavailable(failure.error) || signal.aborted) return failure;
    outage.away(failure.error);
    await pause(pauseMs, signal);
  }
  return work();
}
