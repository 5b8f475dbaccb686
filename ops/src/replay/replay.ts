import { planReplay, ReplayStopped, replay, untilReplayed } from '@punctual/operations';
import type { OpsCommand } from '../cli/command.ts';
import { assignmentOf, consumerOf, required, timesOf } from '../cli/read-input.ts';
import { count } from '../cli/table.ts';
import { findSystem } from '../system/find-system.ts';
import { withNats } from '../system/with-nats.ts';
import { showProgress } from './show-progress.ts';

export const replayEvents: OpsCommand = {
  name: 'replay',
  about: 'delivers past events to one consumer again, with the same ids',
  details:
    'A consumer ignores events that it knows: by id for seven days, by version for ever. So a replay repairs a consumer that lost its state, and changes nothing else.',
  flags: {
    consumer: { value: 'NAME', about: 'the consumer: payouts-schedule' },
    from: { value: 'TIME', about: 'events published at or after this time: 2026-11-20T00:00Z' },
    to: { value: 'TIME', about: 'events published before this time (now)' },
    assignment: { value: 'ID', about: 'only events of this assignment' },
  },
  run: async ({ environment, print, say }, input) => {
    const consumer = consumerOf(input) ?? required(input, 'consumer');
    required(input, 'from');
    const { from, to = Temporal.Now.instant() } = timesOf(input);
    const assignmentId = assignmentOf(input);
    await withNats(await findSystem(environment), async (nats) => {
      const plan = await planReplay(nats, { consumer, from, to, assignmentId });
      const what = assignmentId ? ` of assignment ${assignmentId}` : '';
      print(`To ${consumer}: ${plan.subjects.join(', ')} of ${plan.stream}${what}, from ${from} to ${to}.`);
      const progress = showProgress(say);
      try {
        for await (const batch of replay(nats, plan)) {
          for (const { sequence, skipped } of batch) if (skipped) say(`Skipped message ${sequence}: ${skipped}`);
          progress.add(batch);
        }
      } catch (error) {
        if (!(error instanceof ReplayStopped)) throw error;
        const position = error.position?.toISOString();
        throw new Error(`${error.message} ${progress.done()} replayed; to continue: --from ${position}`);
      }
      if (progress.done() === 0) return print('No matching events on the stream: nothing was replayed.');
      print(`${count(progress.done(), 'event')} replayed in ${progress.seconds()} s.`);
      const left = await untilReplayed(nats, consumer);
      print(
        left === 0
          ? `${consumer} has handled all of them.`
          : `${consumer} still has ${count(left, 'event')} to handle and makes no progress: is its service up?`,
      );
    });
  },
};
