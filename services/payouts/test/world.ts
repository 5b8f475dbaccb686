import { type Service, startService } from '@punctual/chassis';
import {
  type AssignmentStatus,
  type Payout,
  type PayoutEvent,
  payoutEvents,
  type Role,
  type ScheduleEvent,
} from '@punctual/contracts';
import { connectPeer, contractFetch, createUser, eventually, type Reply, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { payouts } from '../src/app.ts';

export type { Reply };

export type CallOptions = { body?: unknown; headers?: Record<string, string> };

const waiting = `from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;

export type PayoutsService = Awaited<ReturnType<typeof startPayouts>>;

/**
 * Runs the payouts service on real servers. The test acts as scheduling, the clients and the
 * subscribers.
 */
export async function startPayouts({
  instances = 1,
  env = {},
}: {
  instances?: number;
  env?: Record<string, string>;
} = {}) {
  const environment = await testEnvironment({ postgres: true, nats: true, streams: true });
  const serviceEnv = { LOG_LEVEL: 'silent', ...environment.env, ...env };
  const database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();

  const peer = await connectPeer(environment.env);

  const services: Service[] = [];
  const start = async () => {
    const service = await startService(payouts, serviceEnv);
    services.push(service);
    return service;
  };
  for (let started = 0; started < instances; started += 1) await start();

  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (role: Role, sub: string) => {
    const known = tokens.get(`${role} ${sub}`) ?? environment.token(role, sub);
    tokens.set(`${role} ${sub}`, known);
    return known;
  };

  const fetch = contractFetch();
  /** One of the running instances in turn answers. */
  let turn = 0;
  const call = async (role: Role, sub: string, request: string, options: CallOptions = {}): Promise<Reply> => {
    turn += 1;
    const url = services[turn % services.length]?.url ?? '';
    return createUser({ id: sub, url, token: await tokenOf(role, sub), fetch }).request(request, options);
  };

  /** Waits until every event that is on the stream has been applied. */
  const untilConsumed = () => peer.untilConsumed('SCHEDULE', 'payouts-schedule');

  const ops = '01936f2a-7c10-7000-8000-00000000e001';
  const [clerk, second] = ['01936f2a-7c10-7000-8000-00000000f002', '01936f2a-7c10-7000-8000-00000000f003'] as const;
  const payoutOf = (assignmentId: string) => call('ops', ops, `GET /assignments/${assignmentId}/payout`);

  return {
    environment,
    serviceEnv,
    database,
    peer,
    services,
    start,
    call,
    payoutOf,
    /** Keeps others from changing a row, on a connection of its own, until it is released. */
    holdRow: async (
      table: 'payout' | 'assignment_view',
      assignmentId: string,
    ): Promise<{ release: () => Promise<void> }> => {
      const holder = new Client({ connectionString: environment.databaseUrl });
      await holder.connect();
      await holder.query('begin');
      await holder.query(`select from ${table} where assignment_id = $1 for update`, [assignmentId]);
      return { release: () => holder.end() };
    },
    /** Adds what another instance has just learnt of an assignment; `release` commits it. */
    holdNewAssignment: async (
      assignmentId: string,
      { version, status }: { version: number; status: AssignmentStatus },
    ): Promise<{ release: () => Promise<void> }> => {
      const holder = new Client({ connectionString: environment.databaseUrl });
      await holder.connect();
      await holder.query('begin');
      await holder.query('insert into assignment_view (assignment_id, version, status) values ($1, $2, $3)', [
        assignmentId,
        version,
        status,
      ]);
      const release = async () => {
        await holder.query('commit');
        await holder.end();
      };
      return { release };
    },
    /** Waits until so many transactions wait for a lock. */
    untilWaiting: (count: number) =>
      eventually(async () => {
        const { rowCount } = await database.query(`select ${waiting}`);
        if (rowCount !== count) throw new Error(`${rowCount} instead of ${count} wait`);
      }),
    /** Breaks the connections of those who wait for a lock. */
    breakWaiting: async () => {
      await database.query(`select pg_terminate_backend(pid) ${waiting}`);
    },
    /** Gives a provider an account, as it takes two people. */
    setAccount: async (providerId: string, account: string): Promise<Reply> => {
      const path = `/providers/${providerId}/payout-account`;
      await call('finance', clerk, `PUT ${path}`, { body: { account } });
      return call('finance', second, `POST ${path}/confirm`);
    },
    publish: (...events: ScheduleEvent[]) => peer.publish(...events),
    /** One after another: the next is published when the one before it has been applied. */
    publishInTurn: async (...events: ScheduleEvent[]) => {
      for (const event of events) {
        await peer.publish(event);
        await untilConsumed();
      }
    },
    /** As a producer that lost its memory would: the stream does not see that it is a duplicate. */
    publishAgain: (...events: ScheduleEvent[]) => peer.publishAgain(...events),
    /** As ops does it, to this consumer alone. */
    replay: (...events: ScheduleEvent[]) => peer.replay('payouts-schedule', ...events),
    untilReplayed: () => peer.untilConsumed('REPLAY', 'payouts-schedule'),
    /** Waits until the payout is as told. */
    untilPayout: (assignmentId: string, wanted: Partial<Payout>): Promise<Payout> =>
      eventually(async () => {
        const { status, body } = await payoutOf(assignmentId);
        if (status !== 200) throw new Error(`no payout yet: ${status}`);
        const payout = body as Payout;
        for (const [name, value] of Object.entries(wanted)) {
          const is = payout[name as keyof Payout];
          if (is !== value) throw new Error(`${name} is ${is}, not ${value}`);
        }
        return payout;
      }),
    untilConsumed,
    /** Waits for this many published events and returns all, checked against the contract. */
    published: (count: number, assignmentId?: string): Promise<PayoutEvent[]> =>
      eventually(async () => {
        const all = (await peer.readStream('PAYOUT')).map((message) => {
          const contract = payoutEvents[message.subject as keyof typeof payoutEvents];
          return contract.strict.parse(message.json()) as PayoutEvent;
        });
        const events = all.filter(({ data }) => !assignmentId || data.assignmentId === assignmentId);
        if (events.length < count) throw new Error(`${events.length} of ${count} events`);
        return events;
      }),
    stop: async () => {
      for (const service of services) await service.stop();
      await peer.stop();
      await database.end();
      await environment.stop();
    },
  };
}
