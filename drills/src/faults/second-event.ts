import { setTimeout as delay } from 'node:timers/promises';
import type { Fault } from './fault.ts';

const tries = { quick: 20, full: 200 };
const isThere = '23505';

export const secondEvent: Fault = {
  name: 'second-event',
  what: 'somebody (an old release, a script) writes a second event of a version that has one into the outbox',
  run: async ({ databases }, random, pace) => {
    for (let time = 0; time < tries[pace]; time += 1) {
      await delay(random.between(20, 150));
      await databases.scheduling
        .query(
          `insert into outbox (id, aggregate_id, aggregate_version, type, payload)
            select id, aggregate_id, aggregate_version, type, jsonb_set(payload::jsonb, '{id}', to_jsonb(id))::text
              from (select *, gen_random_uuid() as id from (
                select aggregate_id, aggregate_version, type, payload from outbox order by position desc limit 20
              ) as latest order by random() limit 1) as chosen`,
        )
        .catch((error) => {
          if (error.code !== isThere) throw error;
        });
    }
  },
};
