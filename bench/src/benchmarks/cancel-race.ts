import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { eventually } from '@punctual/testkit';
import type { Db } from 'mongodb';
import { type Ending, endingOf, readDecisions } from '../reminders/decisions.ts';
import { readPublished } from '../reminders/published.ts';
import { startRemindersStack } from '../reminders/reminders-stack.ts';
import { publishChange, type ScheduleChange, windowDueAt } from '../reminders/schedule-event.ts';
import { type Benchmark, percentile, rounded } from '../result.ts';

const races = Number(process.env.BENCH_RACES ?? 10_000);
const atOnce = 1_000;
const workers = 2;
/** Versions of the events: confirmed, moved, cancelled. */
const versions = { confirmed: 2, moved: 3, cancelled: 4 };
/**
 * From the first confirmation to its reminder, and from there to the reminder of the moved window.
 */
const leadMs = 6_000;
const moveMs = 5_000;
/** The reminders of a round fall due one after another within this time. */
const spreadMs = 1_000;
/**
 * A change comes up to this long before or after its reminder is due, so that each wins often, on a
 * slow machine too.
 */
const jitterMs = { from: -1_000, to: 2_500 };
const patienceMs = 60_000;

type Timed = { at: number; change: ScheduleChange };

/**
 * Moves 10,000 windows as their reminder falls due, and cancels them as the reminder of the moved
 * window does. Fails when a reminder is sent after the worker has seen the cancel, or for the old
 * window after it planned the new one.
 */
export const cancelRaceBenchmark: Benchmark = async (log) => {
  const stack = await startRemindersStack(log);
  const connection = await connect({ servers: stack.natsUrl });
  try {
    await Promise.all(Array.from({ length: workers }, () => stack.startWorker()));
    const stream = jetstream(connection);
    for (let begun = 0; begun < races; begun += atOnce) {
      await raceOnce(stream, Math.min(atOnce, races - begun));
      await untilCancelled(stack.db, Math.min(begun + atOnce, races));
    }
    const decisions = await readDecisions(connection);
    const total = sum([...decisions.values()].map((each) => endingOf(each, versions.moved)));
    const { latenessMs, times } = await readPublished(stack.natsUrl);
    log(
      `${races} races: ${total.sent} sent before the cancel was seen, ${total.suppressed} suppressed, ` +
        `${total.sentAfterCancel} sent after the cancel was seen, ${total.sentOfOlderVersion} for an older version`,
    );
    const twice = [...times.values()].filter((sent) => sent > 1).length;
    const without = races - total.sent - total.suppressed;
    const wrong = total.sentAfterCancel + total.sentOfOlderVersion + twice + Math.abs(without);
    if (wrong > 0) process.exitCode = 1;
    return {
      name: 'cancel-race',
      unit: 'races',
      ours: races - wrong,
      reference: races,
      ratio: rounded((races - wrong) / races),
      p50: percentile(latenessMs, 50),
      p99: percentile(latenessMs, 99),
      details: { races, workers, ...total, twice, without, sentBeforeTheMove: times.size - total.sent },
    };
  } finally {
    await connection.close();
    await stack.stop();
  }
};

/**
 * Confirms many assignments, and changes each twice around the time one of its reminders is due.
 */
async function raceOnce(stream: JetStreamClient, count: number): Promise<void> {
  const due = Date.now() + leadMs;
  const changes = Array.from({ length: count }, () => racing(due + between(0, spreadMs))).flat();
  const publishing: Promise<void>[] = [];
  for (const { at, change } of changes.toSorted((a, b) => a.at - b.at)) {
    const waitMs = at - Date.now();
    if (waitMs > 0) await delay(waitMs);
    publishing.push(publishChange(stream, change));
  }
  await Promise.all(publishing);
}

function racing(due: number): Timed[] {
  const assignmentId = randomUUID();
  const movedDue = due + moveMs;
  const { confirmed, moved, cancelled } = versions;
  return [
    { at: 0, change: { type: 'schedule.confirmed', version: confirmed, assignmentId, window: windowDueAt(due) } },
    {
      at: due + between(jitterMs.from, jitterMs.to),
      change: { type: 'schedule.confirmed', version: moved, assignmentId, window: windowDueAt(movedDue) },
    },
    {
      at: movedDue + between(jitterMs.from, jitterMs.to),
      change: { type: 'schedule.cancelled', version: cancelled, assignmentId },
    },
  ];
}

/** Resolves when this many cancels were seen and all decisions are flushed. */
async function untilCancelled(db: Db, count: number): Promise<void> {
  await eventually(
    async () => {
      const seen = await db.collection('assignments').countDocuments({ version: versions.cancelled, outbox: [] });
      if (seen < count) throw new Error(`Only ${seen} of ${count} cancels were seen and carried out.`);
    },
    { withinMs: patienceMs },
  );
}

function sum(endings: readonly Ending[]): Ending {
  const of = (figure: keyof Ending) => endings.reduce((total, ending) => total + ending[figure], 0);
  return {
    sent: of('sent'),
    suppressed: of('suppressed'),
    sentAfterCancel: of('sentAfterCancel'),
    sentOfOlderVersion: of('sentOfOlderVersion'),
  };
}

function between(from: number, to: number): number {
  return Math.round(from + Math.random() * (to - from));
}
