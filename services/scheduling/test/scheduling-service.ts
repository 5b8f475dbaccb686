import { randomUUID } from 'node:crypto';
import { type Service, startService } from '@punctual/chassis';
import type { Assignment, Job, Problem, Role } from '@punctual/contracts';
import { contractFetch, createUser, type Reply, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { scheduling } from '../src/app.ts';

export type { Reply };

export type ApiUser = {
  id: string;
  get<T = Assignment>(path: string): Promise<Reply<T>>;
  post<T = Assignment>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
  patch<T = Job>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
};

export type GivenJob = { customer: ApiUser; provider: ApiUser; job: Job; assignment: Assignment };

export type SchedulingService = {
  environment: TestEnvironment;
  /** Connected to the service's database. */
  database: Client;
  service: Service;
  /** Somebody with a token of these roles, at this instance or at another one. */
  user(roles: Role | readonly Role[], at?: { id?: string; url?: string }): Promise<ApiUser>;
  /** A new job given to a provider. */
  giveJob(options?: { job?: object; providerId?: string; headers?: Record<string, string> }): Promise<GivenJob>;
  /** One more instance on the same servers. */
  startAnother(settings?: Record<string, string>): Promise<Service>;
  stop(): Promise<void>;
};

type Settings = Record<string, string>;

/**
 * The service on its own servers, with users who call it.
 * @param settings in place of those of the servers; they may need the URL of the empty database
 */
export async function startScheduling(
  settings: Settings | ((databaseUrl: string) => Promise<Settings>) = {},
): Promise<SchedulingService> {
  const environment = await testEnvironment({ postgres: true, nats: true, streams: true });
  const own = typeof settings === 'function' ? await settings(environment.databaseUrl) : settings;
  const base = { ...environment.env, LOG_LEVEL: 'silent', ...own };
  const service = await startService(scheduling, base);
  const database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();
  const others: Service[] = [];
  const fetch = contractFetch();

  const user: SchedulingService['user'] = async (roles, { id = randomUUID(), url = service.url } = {}) => {
    const sender = createUser({ id, url, token: await environment.token(roles, id), fetch });
    return {
      id,
      get: (path) => sender.request(`GET ${path}`),
      post: (path, body, headers) => sender.request(`POST ${path}`, { body, headers }),
      patch: (path, body, headers) => sender.request(`PATCH ${path}`, { body, headers }),
    };
  };

  return {
    environment,
    database,
    service,
    user,
    giveJob: async ({ job: wanted = {}, providerId = randomUUID(), headers } = {}) => {
      const customer = await user('customer');
      const provider = await user('provider', { id: providerId });
      const price = { amountMinor: 18_500, currency: 'EUR' };
      const body = { title: 'The kitchen tap leaks', timezone: 'Europe/Berlin', price, ...wanted };
      const { body: job } = await customer.post<Job>('/jobs', body, headers);
      const { body: assignment } = await customer.post(`/jobs/${job.id}/assignments`, { providerId });
      return { customer, provider, job, assignment };
    },
    startAnother: async (more = {}) => {
      const another = await startService(scheduling, { ...base, ...more });
      others.push(another);
      return another;
    },
    stop: async () => {
      await Promise.all([service, ...others].map((each) => each.stop()));
      await database.end();
      await environment.stop();
    },
  };
}

/** A window that starts so many minutes from now, in whole milliseconds. */
export function windowIn(minutes: number, length = 60): { start: string; end: string } {
  const start = Date.now() + minutes * 60_000;
  return { start: new Date(start).toISOString(), end: new Date(start + length * 60_000).toISOString() };
}

/** The body of a refusal. */
export function problemOf(reply: Reply<unknown>): Problem {
  return reply.body as Problem;
}
