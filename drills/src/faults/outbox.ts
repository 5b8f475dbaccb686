import { setTimeout as delay } from 'node:timers/promises';
import { atFailpoint, killAtFailpoint } from './at-failpoint.ts';
import { endLead } from './end-lead.ts';
import type { Fault } from './fault.ts';

const pausedMs = { quick: 6_000, full: 60_000 };
const takeovers = { quick: 3, full: 15 };
const heldMs = 1_500;
const secondEvents = { quick: 20, full: 200 };
const uniqueViolation = '23505';

const pauseRelay: Fault = {
  name: 'pause-relay-60s',
  what: 'SIGSTOP of the outbox leader between PubAck and mark for 60 s, then SIGCONT',
  alerts: [],
  inject: async (context) => {
    const order = { service: 'scheduling', failpoint: 'before-mark', action: { do: 'SIGSTOP' }, times: 1 } as const;
    await atFailpoint(context, order);
    await delay(pausedMs[context.pace]);
    context.stack.wake();
    // The fault includes what the old leader does when it continues.
    await delay(1_000);
  },
};

const twoLeaders: Fault = {
  name: 'two-leaders',
  what: 'the outbox leader loses its lock in the middle of a batch without noticing, and another takes over',
  alerts: [],
  inject: async (context) => {
    for (let round = 0; round < takeovers[context.pace]; round += 1) {
      const action = { do: 'delay', ms: heldMs } as const;
      await atFailpoint(context, { service: 'scheduling', failpoint: 'before-mark', action, times: 1 });
      await endLead(context.stack);
    }
  },
};

const secondEvent: Fault = {
  name: 'second-event',
  what: 'another writer, such as an old release, adds a second outbox event for a version that has one',
  alerts: [],
  inject: async ({ stack, random, pace }) => {
    for (let time = 0; time < secondEvents[pace]; time += 1) {
      await delay(random.between(20, 150));
      await stack.databases.scheduling
        .query(
          `insert into outbox (id, aggregate_id, aggregate_version, type, payload)
            select id, aggregate_id, aggregate_version, type, jsonb_set(payload::jsonb, '{id}', to_jsonb(id))::text
              from (select *, gen_random_uuid() as id from (
                select aggregate_id, aggregate_version, type, payload from outbox order by position desc limit 20
              ) as latest order by random() limit 1) as chosen`,
        )
        .catch((error) => {
          if (error.code !== uniqueViolation) throw error;
        });
    }
  },
};

export const outboxFaults: readonly Fault[] = [
  killAtFailpoint(
    'kill-relay-between-puback-and-mark',
    'SIGKILL of the outbox leader after the PubAck and before it marks the rows as published',
    'scheduling',
    'before-mark',
  ),
  pauseRelay,
  twoLeaders,
  secondEvent,
];
