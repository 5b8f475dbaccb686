import { randomUUID } from 'node:crypto';
import { type Service, startService } from '@punctual/chassis';
import type { Assignment, Job, Problem, Role } from '@punctual/contracts';
import { contractFetch, type TestEnvironment, testEnvironment } from '@punctual/devstack';
import { scheduling } from '../src/app.ts';

export type Reply<T> = { status: number; headers: Headers; text: string; body: T };

export type Person = {
  id: string;
  get<T = Assignment>(path: string): Promise<Reply<T>>;
  post<T = Assignment>(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply<T>>;
};

export type Cast = { customer: Person; provider: Person; job: Job; assignment: Assignment };

export type SchedulingService = {
  environment: TestEnvironment;
  service: Service;
  /** Somebody with a token of these roles, at this instance or at another one. */
  person(roles: Role | readonly Role[], at?: { id?: string; url?: string }): Promise<Person>;
  /** A new job given to a provider. */
  cast(options?: { job?: object; providerId?: string }): Promise<Cast>;
  /** One more instance on the same servers. */
  startAnother(settings?: Record<string, string>): Promise<Service>;
  stop(): Promise<void>;
};

type Settings = Record<string, string>;

/**
 * The service on servers of its own, with people who talk to it.
 * @param settings in place of those of the servers; they may need the URL of the empty database
 */
export async function startScheduling(
  settings: Settings | ((databaseUrl: string) => Promise<Settings>) = {},
): Promise<SchedulingService> {
  const environment = await testEnvironment({ postgres: true, nats: true, streams: true });
  const own = typeof settings === 'function' ? await settings(environment.databaseUrl) : settings;
  const base = { ...environment.env, LOG_LEVEL: 'silent', ...own };
  const service = await startService(scheduling, base);
  const others: Service[] = [];
  const fetch = contractFetch();

  const person: SchedulingService['person'] = async (roles, { id = randomUUID(), url = service.url } = {}) => {
    const authorization = `Bearer ${await environment.token(roles, id)}`;
    return {
      id,
      get: (path) => send(fetch, `${url}${path}`, { headers: { authorization } }),
      post: (path, body, headers) =>
        send(fetch, `${url}${path}`, {
          method: 'POST',
          headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        }),
    };
  };

  return {
    environment,
    service,
    person,
    cast: async ({ job: wanted = {}, providerId = randomUUID() } = {}) => {
      const customer = await person('customer');
      const provider = await person('provider', { id: providerId });
      const price = { amountMinor: 18_500, currency: 'EUR' };
      const { body: job } = await customer.post<Job>('/jobs', {
        title: 'The kitchen tap leaks',
        timezone: 'Europe/Berlin',
        price,
        ...wanted,
      });
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

async function send<T>(fetch: typeof globalThis.fetch, url: string, options: RequestInit): Promise<Reply<T>> {
  const response = await fetch(url, options);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) as T };
}
