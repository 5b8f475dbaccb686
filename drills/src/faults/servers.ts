import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import { atFailpoint } from './at-failpoint.ts';
import type { Fault } from './fault.ts';

const postgresRestarts = { quick: 2, full: 8 };
const openMs = { quick: 4_000, full: 30_000 };
const natsKills = { quick: 3, full: 12 };
/** Long enough that now and then something is published between two of them. */
const betweenKillsMs = { quick: 1_500, full: 5_000 };
const natsStoppedMs = { quick: 5_000, full: 20_000 };
const mongodbKills = { quick: 2, full: 8 };

export const serverFaults: readonly Fault[] = [
  {
    name: 'restart-postgres',
    what: 'PostgreSQL is stopped with all connections open, and started again',
    alerts: [],
    inject: async ({ stack: { servers }, random, pace }) => {
      for (let restart = 0; restart < postgresRestarts[pace]; restart += 1) {
        await delay(random.between(300, 1_500));
        await servers.postgres.halt();
        await delay(random.between(0, 1_000));
        await servers.postgres.resume();
      }
    },
  },
  {
    name: 'open-transaction-30s',
    what: 'a command hangs before its COMMIT for 30 s, while another client locks rows and holds an outbox position',
    alerts: [],
    inject: async (context) => {
      const ms = openMs[context.pace];
      const otherClient = await context.stack.databases.scheduling.connect();
      try {
        await otherClient.query(`begin; select nextval(pg_get_serial_sequence('outbox', 'position'));
          select from assignment where status = 'PROPOSED' order by random() limit 3 for update`);
        const action = { do: 'delay', ms } as const;
        await atFailpoint(context, { service: 'scheduling', failpoint: 'before-commit', action, times: 1 });
        await delay(ms);
        await otherClient.query('rollback');
      } finally {
        otherClient.release();
      }
    },
  },
  {
    name: 'nats-kill-loop',
    what: 'SIGKILL of NATS, again and again',
    alerts: [],
    inject: async ({ stack, random, pace }) => {
      const { nats } = stack.servers;
      for (let kill = 0; kill < natsKills[pace]; kill += 1) {
        await delay(random.between(300, betweenKillsMs[pace]));
        await nats.signal('SIGKILL');
        stack.countKill();
        await nats.halt();
        await delay(random.between(0, 500));
        await nats.resume();
      }
    },
  },
  {
    name: 'nats-stop-20s',
    what: 'SIGSTOP of NATS for 20 s: connections stay open and nothing answers',
    alerts: [],
    inject: async ({ stack: { servers }, pace }) => {
      await servers.nats.signal('SIGSTOP');
      try {
        await delay(natsStoppedMs[pace]);
      } finally {
        await servers.nats.signal('SIGCONT');
      }
    },
  },
  {
    name: 'mongodb-killed',
    what: 'SIGKILL of MongoDB, then up to 1.5 s without it',
    alerts: [],
    inject: async ({ stack, random, pace }) => {
      const { mongo } = stack.servers;
      for (let kill = 0; kill < mongodbKills[pace]; kill += 1) {
        await delay(random.between(300, 1_500));
        await mongo.signal('SIGKILL');
        stack.countKill();
        await mongo.halt();
        await delay(random.between(0, 1_500));
        await eventually(() => mongo.resume());
      }
    },
  },
];
