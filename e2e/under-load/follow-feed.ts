import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@punctual/client';
import { eventually } from '@punctual/devstack';
import type { MixedStack } from './mixed-stack.ts';

/** A customer whose app follows the live feed while they give jobs and propose windows. */
export type FeedFollower = {
  /** Stops giving jobs, and waits until the feed has shown what they caused. */
  stop(): Promise<{ changes: number; violations: string[] }>;
};

const everyMs = 300;
const shownWithinMs = 30_000;

export async function followFeed(stack: MixedStack): Promise<FeedFollower> {
  const id = randomUUID();
  const token = await stack.world.environment.token('customer', id);
  const client = createClient({ url: 'http://gateway', fetch: stack.fetch, retries: 0, token: () => token });
  const closed = new AbortController();
  const violations: string[] = [];
  const seen: string[] = [];
  const caused: string[] = [];

  const opened = Promise.withResolvers<void>();
  const follow = async () => {
    const onStart = ({ isGap }: { isGap: boolean }) => {
      if (isGap) violations.push('the feed started again after a gap');
      opened.resolve();
    };
    for await (const { type, subject, sequence } of client.feed({ onStart, signal: closed.signal })) {
      if (type.startsWith('schedule.')) seen.push(`${type} ${subject} ${Number(sequence)}`);
    }
  };
  const following = follow().catch((error) => void violations.push(`the feed ended: ${error}`));
  await opened.promise;

  let isStopped = false;
  const giveJobs = async () => {
    while (!isStopped) {
      const price = { amountMinor: 8_000, currency: 'EUR' };
      const job = await client.createJob({ body: { title: 'The tap drips', timezone: 'Europe/Berlin', price } });
      const body = { providerId: randomUUID() };
      const assignment = await client.createAssignment({ params: { id: job.id }, body });
      caused.push(`schedule.assigned ${assignment.id} 0`);
      await delay(everyMs);
    }
  };
  const giving = giveJobs().catch((error) => void violations.push(`a job of the follower failed: ${error}`));
  return {
    stop: async () => {
      isStopped = true;
      await giving;
      const missing = () => caused.filter((change) => !seen.includes(change));
      await eventually(
        () => {
          if (missing().length > 0) throw new Error('Not all shown yet');
        },
        { withinMs: shownWithinMs, everyMs: 200 },
      ).catch(() => undefined);
      closed.abort();
      await following;
      const repeated = seen.filter((change, index) => seen.indexOf(change) !== index);
      violations.push(...missing().map((change) => `the feed lacks ${change}`));
      violations.push(...repeated.map((change) => `the feed shows twice ${change}`));
      return { changes: seen.length, violations };
    },
  };
}
