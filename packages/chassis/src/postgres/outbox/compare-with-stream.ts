import type { Broker } from '../../nats/broker.ts';
import { isForbidden } from '../../nats/is-forbidden.ts';
import { findLost, type HeldStream, holdStream, holds, type Stored } from '../../nats/lost-events.ts';
import { failpoint } from '../../process/failpoint.ts';
import type { Logger } from '../../process/logger.ts';
import type { LeaderSession } from './leader-session.ts';
import type { OutboxMetrics } from './outbox-metrics.ts';
import { markUnpublished, readPublished } from './rows.ts';
import { readKnownStream, rememberStream } from './stream-rows.ts';

export type CompareDeps = {
  session: LeaderSession;
  broker: Broker;
  /** The name of the stream that stores the events of this outbox. */
  stream: string;
  /** Acknowledged rows that are not marked yet; those that the stream has lost are removed. */
  unmarked: Stored[];
  outboxMetrics: OutboxMetrics;
  logger: Logger;
};

/**
 * Compares the outbox with its stream, and marks the events that the stream has lost as unpublished
 * (ADR 0037). Nothing may be published meanwhile.
 * @returns the stream; undefined if it does not exist
 * @throws when NATS or PostgreSQL do not answer. Comparing again goes on where this ended.
 */
export async function compareWithStream(deps: CompareDeps): Promise<HeldStream | undefined> {
  const { session, broker, stream, logger } = deps;
  const held = await holdStream(broker, stream);
  if (!held) return undefined;
  const known = await readKnownStream(session, stream);
  const sameStream = known.createdAt === undefined || known.createdAt === held.createdAt;
  try {
    const lost = (await forgetUnmarked(deps, held)) + (known.isIndexed ? await unmarkLost(deps, held, sameStream) : 0);
    if (known.isIndexed && known.createdAt !== held.createdAt) await rememberStream(session, stream, held.createdAt);
    if (lost === 0) return held;
    deps.outboxMetrics.lost(lost);
    const fields = { stream, events: lost, sequence: held.lastSequence };
    if (sameStream) logger.warn(fields, 'Stream has lost its last events; publishing them again');
    else logger.warn(fields, 'Stream was created again; publishing the events that it lacks');
  } catch (error) {
    // Publishing goes on as in the previous release.
    if (!isForbidden(error)) throw error;
    logger.warn({ stream }, 'NATS does not let this service read its stream; update users.conf, or a loss goes unseen');
  }
  return held;
}

/** They are still unpublished in the database, so they are read again. */
async function forgetUnmarked({ unmarked }: CompareDeps, held: HeldStream): Promise<number> {
  const there = await Promise.all(unmarked.map((stored) => holds(held, stored)));
  const before = unmarked.length;
  const kept = unmarked.filter((_, index) => there[index]);
  unmarked.splice(0, before, ...kept);
  return before - kept.length;
}

async function unmarkLost({ session }: CompareDeps, held: HeldStream, sameStream: boolean): Promise<number> {
  let count = 0;
  for await (const lost of findLost(held, readPublished(session), { sameStream })) {
    await failpoint('before-unmark');
    await markUnpublished(session, lost);
    count += lost.length;
  }
  return count;
}
