import { setTimeout as delay } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import {
  type DeclaredStream,
  declaredStreams,
  declareStreams,
  observeStreams,
  reasonOf,
  streamInfo,
} from '@punctual/chassis';
import { declareReaders } from '@punctual/operations';
import type { Context } from '../cli/command.ts';
import type { System } from '../system/find-system.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { createLossCheck } from './loss-check.ts';

/** Together with the pause below, a lost stream is back within ten seconds. */
const checkMs = 2_000;
const retryMs = 1_000;
/**
 * The leader of an outbox looks at its stream every five seconds. Once it has seen that the stream is
 * missing, it publishes nothing to the next one before the events that were lost.
 */
const noticedWithinMs = 6_000;

/**
 * Applies once for each connection, then declares lost streams again, until the process is asked to
 * stop.
 * @param apply returns the streams that it left unchanged
 */
export async function watchStreams(
  context: Context,
  system: System,
  apply: (nats: Nats) => Promise<DeclaredStream[]>,
): Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => stopping.abort());
  let manager: JetStreamManager | undefined;
  observeStreams(() => manager, declaredStreams, signal);

  const seen = new Set<DeclaredStream>();
  const lossCheck = createLossCheck();
  const watch = async (nats: Nats) => {
    manager = nats.manager;
    await declareMissing(context, system, nats, seen);
    const refused = await apply(nats);
    if (refused.length > 0)
      context.say(`Not changed, because messages could be lost: ${refused.join(', ')}. Add --yes.`);
    context.say('Streams are declared; watching.');
    failure = undefined;
    while (!signal.aborted) {
      await declareMissing(context, system, nats, seen);
      for (const line of await lossCheck(nats)) context.say(line);
      for (const line of await declareReaders(nats, system.streams)) context.say(line);
      await delay(checkMs, undefined, { signal }).catch(() => {});
    }
  };
  let failure: string | undefined;
  while (!signal.aborted) {
    try {
      await withNats(system, watch);
    } catch (error) {
      const reason = reasonOf(error);
      // The same failure is reported once.
      if (reason !== failure && !signal.aborted) context.say(`${reason}; trying again.`);
      failure = reason;
    }
    await delay(retryMs, undefined, { signal }).catch(() => {});
  }
}

/**
 * All at once, so that several lost streams are back as soon as one. One that was there a moment
 * ago stays away until its producer must have noticed.
 */
async function declareMissing({ say }: Context, system: System, nats: Nats, seen: Set<DeclaredStream>): Promise<void> {
  const declared = declaredStreams.map(async (name) => {
    if (!(await streamInfo(nats, name))) {
      if (seen.has(name)) await delay(noticedWithinMs);
      await declareStreams(nats, [name], system.streams);
      say(`${name} was missing; declared. Its producer publishes again what it has kept.`);
    }
    seen.add(name);
  });
  await Promise.all(declared);
}
