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
import type { Context } from '../cli/command.ts';
import { count } from '../cli/table.ts';
import { openOutbox } from '../rebuild/outbox-of.ts';
import { producers, refusedWithinMs } from '../rebuild/rebuild-stream.ts';
import type { System } from '../system/find-system.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import { declareReaders } from './declare-readers.ts';

/** With the refill and a slow server, a lost stream is back within ten seconds. */
const checkMs = 2_000;
const retryMs = 1_000;
/** A database that does not answer must not keep its stream away for ever. */
const refillWithinMs = 30_000;
const undefinedTable = '42P01';

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

  const watch = async (nats: Nats) => {
    manager = nats.manager;
    // First: a stream that was lost while NATS or this process was down is refilled too.
    await declareMissing(context, system, nats);
    const refused = await apply(nats);
    if (refused.length > 0)
      context.say(`Not changed, because messages could be lost: ${refused.join(', ')}. Add --yes.`);
    context.say('Streams are declared; watching.');
    failure = undefined;
    while (!signal.aborted) {
      await declareMissing(context, system, nats);
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

/** All at once, so that several lost streams are back as soon as one. */
async function declareMissing(context: Context, system: System, nats: Nats): Promise<void> {
  const declared = declaredStreams.map(async (name) => {
    if (!(await streamInfo(nats, name))) await declareAgain(context, system, { nats, name });
  });
  await Promise.all(declared);
}

/**
 * Declares a missing stream. Where the environment names its producer's database, the outbox first
 * marks its published events as unpublished: while the stream is missing, so that they are
 * published again before anything newer.
 */
async function declareAgain(
  { say }: Context,
  system: System,
  { nats, name }: { nats: Nats; name: DeclaredStream },
): Promise<void> {
  const producer = producers[name as keyof typeof producers];
  const database = producer && databaseOf(system, producer);
  const fill = producer ? ` If it was lost, fill it: npm run ops -- rebuild-stream --stream ${name}` : '';
  let outcome = `declared empty.${fill}`;
  if (database) {
    const late = delay(refillWithinMs, undefined, { ref: false }).then(() => {
      throw new Error(`no result within ${refillWithinMs / 1_000} s`);
    });
    outcome = await Promise.race([markLost(database), late]).then(
      (lost) => `declared, ${count(lost, 'event')} to be published again.`,
      (error: unknown) => `declared empty, since its outbox failed: ${withoutFullStop(reasonOf(error))}.${fill}`,
    );
  }
  await declareStreams(nats, [name], system.streams);
  say(`${name} was missing; ${outcome}`);
}

/** @returns how many events; none before the service has created its tables */
async function markLost(databaseUrl: string): Promise<number> {
  const outbox = await openOutbox(databaseUrl);
  try {
    const lost = await outbox.markLost();
    if (lost > 0) await delay(refusedWithinMs);
    return lost;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === undefinedTable) return 0;
    throw error;
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

function withoutFullStop(text: string): string {
  return text.replace(/\.$/, '');
}
