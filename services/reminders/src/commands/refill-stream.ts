import { findLost, type HeldStream, holdStream, publishEvents, readHeaders, readRange } from '@punctual/chassis';
import type { CloudEvent } from '@punctual/contracts';
import { findAssignments } from '../persistence/assignments.ts';
import type { PublishedDocument } from '../persistence/documents.ts';
import { beginRefill, createdAtOf, endRefill, type Position } from '../persistence/positions.ts';
import {
  findUnpublished,
  hasElsewhere,
  markElsewhereLost,
  markLost,
  markStored,
  pagesOf,
} from '../persistence/published.ts';
import type { RemindersDeps } from './deps.ts';

const batchSize = 500;

/**
 * Whether REMINDER is another stream than this position is of, is shorter than it was, or was not refilled to
 * the end.
 * @param at the position that the store had before the stream was looked at
 * @param isTailSuspect compares the end of the stream with the kept events too
 */
export async function hasLost(
  { store }: RemindersDeps,
  stream: HeldStream,
  { at, isTailSuspect }: { at: Position; isTailSuspect: boolean },
): Promise<boolean> {
  if (at.isRefilling || createdAtOf(at) !== stream.createdAt || at.sequence > stream.lastSequence) return true;
  if (!isTailSuspect) return false;
  for await (const _ of lostAtEnd(store, stream, at.sequence)) return true;
  return false;
}

/**
 * Publishes the kept events that REMINDER has lost again with the same ids, in order for each assignment.
 * What they say stays that of the first time, also `sentAt`. One instance does so at a time.
 *
 * First the position gets another source. An event leaves its outbox only if it was kept while the position
 * still had the source from before it was published. So each lost event is either kept, or in its outbox and
 * published from there afterwards.
 * @param at the position that the loss was found with
 * @throws while another instance does so
 */
export async function refillStream(deps: RemindersDeps, { createdAt }: HeldStream, at: Position): Promise<void> {
  const { store } = deps;
  await takeTurn(deps);
  try {
    const now = await beginRefill(store, at, { stream: createdAt, id: deps.newId() });
    // Only now: what was stored before has its place in the kept events by now, or is in its outbox.
    const stream = await holdStream(await deps.broker.connected(), 'REMINDER');
    if (!now || stream?.createdAt !== createdAt) throw new Error('REMINDER has changed since it was looked at.');
    if (await hasElsewhere(store, createdAt)) await compareAll(deps, stream);
    for await (const page of lostAtEnd(store, stream)) await markLost(store, page);
    await publishMarked(deps, stream);
    await endRefill(store, now, Math.min(now.sequence, stream.lastSequence));
  } finally {
    await deps.refillTurn.end();
  }
}

function lostAtEnd(store: RemindersDeps['store'], stream: HeldStream, upTo = Number.MAX_SAFE_INTEGER) {
  return findLost(stream, pagesOf(store, { stream: stream.createdAt, upTo }), { sameStream: true });
}

/**
 * Finds what the stream lacks of the events that others of its name had. By id: it may have been refilled
 * before, by an instance that died or that knew a later state of the store.
 */
async function compareAll(deps: RemindersDeps, { createdAt, lastSequence: to }: HeldStream): Promise<void> {
  for await (const page of readRange(await deps.broker.connected(), 'REMINDER', { from: 1, to })) {
    await takeTurn(deps);
    const there = page.flatMap((message) => {
      const headers = readHeaders(() => message.header);
      const _id = headers === 'unreadable' ? undefined : headers?.get('Nats-Msg-Id');
      return _id ? [{ _id, streamSequence: message.seq }] : [];
    });
    await markStored(deps.store, there, createdAt);
  }
  await markElsewhereLost(deps.store, createdAt);
}

/** Takes the turn, or keeps it. @throws while another instance has it */
async function takeTurn({ refillTurn }: RemindersDeps): Promise<void> {
  if (!(await refillTurn.take())) throw new Error('Another instance refills REMINDER.');
}

async function publishMarked(deps: RemindersDeps, { createdAt: stream }: HeldStream): Promise<void> {
  let isFirst = true;
  for (;;) {
    const lost = await findUnpublished(deps.store, batchSize);
    if (lost.length === 0) return;
    if (isFirst) deps.logger.warn({ stream: 'REMINDER' }, 'Stream has lost events; publishing them again');
    isFirst = false;
    await publishInOrder(deps, lost, stream);
    deps.signal.throwIfAborted();
    await takeTurn(deps);
  }
}

async function publishInOrder(deps: RemindersDeps, lost: PublishedDocument[], stream: number): Promise<void> {
  const broker = await deps.broker.connected();
  const titles = await titlesOf(deps, lost);
  const byAssignment = [...Map.groupBy(lost, ({ assignmentId }) => assignmentId).values()];
  for (let position = 0; ; position += 1) {
    const step = byAssignment.flatMap((all) => all[position] ?? []);
    if (step.length === 0) return;
    const outcomes = await publishEvents(
      broker,
      step.map(({ payload, assignmentId }) => withTitle(payload, titles.get(assignmentId))),
    );
    const stored = step.flatMap(({ _id }, index) => {
      const ack = outcomes[index];
      return ack === undefined || ack instanceof Error ? [] : [{ _id, streamSequence: ack.sequence }];
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
