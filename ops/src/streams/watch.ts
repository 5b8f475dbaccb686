import { setTimeout as delay } from 'node:timers/promises';
import type { JetStreamManager } from '@nats-io/jetstream';
import { type DeclaredStream, declaredStreams, declareStreams, observeStreams } from '@punctual/chassis';
import type { Context } from '../cli/command.ts';
import { count } from '../cli/table.ts';
import { openOutbox } from '../rebuild/outbox-of.ts';
import { producers, refusedWithinMs } from '../rebuild/rebuild-stream.ts';
import type { System } from '../system/find-system.ts';
import { streamInfo } from '../system/read-stream.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { declareReaders } from './declare-readers.ts';

/** A lost stream is back within ten seconds: with this, the refill and a slow server. */
const lookMs = 2_000;
const retryMs = 1_000;

/**
 * Applies once for each connection, then declares lost streams again, until the process is asked to stop.
 * @param apply answers the streams that it left as they are
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

  const watch = async (nats: Nats) => {
    manager = nats.manager;
    const refused = await apply(nats);
    if (refused.length > 0)
      context.say(`Not changed, because messages could be lost: ${refused.join(', ')}. Add --yes.`);
    context.say('Streams are declared; watching.');
    failure = undefined;
    while (!signal.aborted) {
      for (const name of declaredStreams)
        if (!(await streamInfo(nats, name))) await declareAgain(context, system, { nats, name });
      for (const line of await declareReaders(nats, system.streams)) context.say(line);
      await delay(lookMs, undefined, { signal }).catch(() => {});
    }
  };
  let failure: string | undefined;
  while (!signal.aborted) {
    try {
      await withNats(system, watch);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // The same reason every second is no news.
      if (reason !== failure && !signal.aborted) context.say(`${reason}; trying again.`);
      failure = reason;
    }
    await delay(retryMs, undefined, { signal }).catch(() => {});
  }
}

/**
 * Declares a lost stream again. Where the environment gives the database of its producer, the outbox publishes the lost events again, and before anything
 * newer: they are marked as unpublished while there is no stream yet.
 */
async function declareAgain(
  { say }: Context,
  system: System,
  { nats, name }: { nats: Nats; name: DeclaredStream },
): Promise<void> {
  const producer = producers[name as keyof typeof producers];
  const database = producer && databaseOf(system, producer);
  if (producer && !database) {
    say(`${name} is gone; declared again, empty. Fill it: npm run ops -- rebuild-stream --stream ${name}`);
  } else if (!database) say(`${name} is gone; declared again, empty.`);
  else say(`${name} is gone; declared again, ${count(await markLost(database), 'event')} to be published again.`);
  await declareStreams(nats, [name], system.streams);
}

async function markLost(databaseUrl: string): Promise<number> {
  const outbox = await openOutbox(databaseUrl);
  try {
    const lost = await outbox.markLost();
    await delay(refusedWithinMs);
    return lost;
  } finally {
    await outbox.close();
  }
}

function databaseOf(system: System, producer: 'scheduling' | 'payouts'): string | undefined {
  try {
    return system.database(producer);
  } catch {
    return undefined;
  }
}
