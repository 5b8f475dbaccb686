import { findLost, type HeldStream, publishEvents } from '@punctual/chassis';
import type { CloudEvent } from '@punctual/contracts';
import { findAssignments } from '../persistence/assignments.ts';
import type { PublishedDocument } from '../persistence/documents.ts';
import { findUnpublished, markLost, markStored, pagesOf } from '../persistence/published.ts';
import type { RemindersDeps } from './deps.ts';

const batchSize = 500;

/**
 * Finds the kept events that REMINDER has lost, because its tail or the stream itself is gone, and
 * publishes them again with the same ids, in order for each assignment. What they say stays that of
 * the first time, also `sentAt`. One instance does so at a time.
 * @param options.upTo the position that the store had in this stream before it was looked at; undefined
 *   if it is another stream than the one that the events were published to
 * @returns how many it published
 * @throws while another instance does so
 */
export async function refillStream(
  deps: RemindersDeps,
  stream: HeldStream,
  { upTo }: { upTo: number | undefined },
): Promise<number> {
  const findAll = () =>
    Array.fromAsync(
      findLost(stream, pagesOf(deps.store, { stream: stream.createdAt, upTo }), { sameStream: upTo !== undefined }),
    );
  if ((await findAll()).length === 0) return publishLost(deps, stream);
  return inTurn(deps, async () => {
    // Another instance may have refilled it meanwhile.
    const found = await findAll();
    // The oldest first: should this process end, the next one begins with them.
    for (const page of found.toReversed()) await markLost(deps.store, page);
    return publishMarked(deps, stream);
  });
}

/**
 * Publishes the kept events that are known to be lost, which an instance has left behind.
 * @throws while another instance does so
 */
export async function publishLost(deps: RemindersDeps, stream: HeldStream): Promise<number> {
  if ((await findUnpublished(deps.store, 1)).length === 0) return 0;
  return inTurn(deps, () => publishMarked(deps, stream));
}

async function inTurn<T>(deps: RemindersDeps, work: () => Promise<T>): Promise<T> {
  await takeTurn(deps);
  try {
    return await work();
  } finally {
    await deps.refillTurn.end();
  }
}

/** Takes the turn, or keeps it. @throws while another instance has it */
async function takeTurn({ refillTurn }: RemindersDeps): Promise<void> {
  if (!(await refillTurn.take())) throw new Error('Another instance refills REMINDER.');
}

async function publishMarked(deps: RemindersDeps, { createdAt: stream }: HeldStream): Promise<number> {
  let published = 0;
  for (;;) {
    const lost = await findUnpublished(deps.store, batchSize);
    if (lost.length === 0) return published;
    if (published === 0) deps.logger.warn({ stream: 'REMINDER' }, 'Stream has lost events; publishing them again');
    published += await publishInOrder(deps, lost, stream);
    deps.signal.throwIfAborted();
    await takeTurn(deps);
  }
}

async function publishInOrder(deps: RemindersDeps, lost: PublishedDocument[], stream: number): Promise<number> {
  const broker = await deps.broker.connected();
  const titles = await titlesOf(deps, lost);
  const byAssignment = [...Map.groupBy(lost, ({ assignmentId }) => assignmentId).values()];
  for (let position = 0; ; position += 1) {
    const step = byAssignment.flatMap((all) => all[position] ?? []);
    if (step.length === 0) return lost.length;
    const outcomes = await publishEvents(
      broker,
      step.map(({ payload, assignmentId }) => withTitle(payload, titles.get(assignmentId))),
    );
    const stored = step.flatMap(({ _id }, index) => {
      const streamSequence = outcomes[index];
      return typeof streamSequence === 'number' ? [{ _id, streamSequence }] : [];
    });
    await markStored(deps.store, stored, stream);
    const failure = outcomes.find((each) => each instanceof Error);
    if (failure) throw failure;
  }
}

async function titlesOf({ store }: RemindersDeps, lost: readonly PublishedDocument[]) {
  const records = await findAssignments(store, [...new Set(lost.map(({ assignmentId }) => assignmentId))]);
  return new Map(records.map(({ assignmentId, title }) => [assignmentId, title?.text]));
}

function withTitle(payload: string, title: string | undefined): CloudEvent {
  const event: CloudEvent<string, object> = JSON.parse(payload);
  return { ...event, data: { ...event.data, jobTitle: title ?? null } };
}
