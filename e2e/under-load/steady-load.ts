import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Endpoint, endpoints } from '@punctual/contracts';
import type { EndpointInput, EndpointReply } from '@punctual/testkit';

/** Sends a request; rejects when there is no response. */
export type Sender = (endpoint: Endpoint, sent: EndpointInput) => Promise<EndpointReply>;

/** What became of a request. Refusals are responses; only 5xx and errors count as lost. */
export type Outcome = { what: string; status: number | undefined; ms: number; lost: boolean; because?: unknown };

export type SteadyLoad = {
  readonly outcomes: readonly Outcome[];
  /** Stops sending; resolves when all requests are answered. */
  stop(): Promise<void>;
};

const job = {
  title: 'The kitchen tap drips',
  timezone: 'Europe/Berlin',
  price: { amountMinor: 8_000, currency: 'EUR' },
};
const keyed = () => ({ headers: { 'idempotency-key': randomUUID() } });

/**
 * Sends requests at a steady rate without waiting for responses: reads of every service, and
 * commands with and without an idempotency key. Retries nothing.
 * @param senders people who take turns
 */
export function startSteadyLoad(senders: readonly Sender[], assignmentId: string, perSecond = 40): SteadyLoad {
  const params = { id: assignmentId };
  const nobody = { params: { id: randomUUID() }, body: { reason: 'There is no such payout' } };
  const mix: readonly [string, (send: Sender) => Promise<EndpointReply>][] = [
    ['GET scheduling', (send) => send(endpoints.getAssignment, { params })],
    ['POST scheduling', (send) => send(endpoints.createJob, { body: job })],
    ['GET reminders', (send) => send(endpoints.listReminders, { params })],
    ['keyed POST scheduling', (send) => send(endpoints.createJob, { body: job, ...keyed() })],
    ['GET payouts', (send) => send(endpoints.listPayouts, {})],
    ['POST payouts', (send) => send(endpoints.blockPayout, nobody)],
    ['keyed POST payouts', (send) => send(endpoints.blockPayout, { ...nobody, ...keyed() })],
  ];
  const outcomes: Outcome[] = [];
  const open = new Set<Promise<void>>();
  let isStopped = false;

  const ask = async (what: string, request: () => Promise<EndpointReply>) => {
    const from = performance.now();
    const ms = () => performance.now() - from;
    try {
      const { status, body } = await request();
      const lost = status >= 500;
      outcomes.push({ what, status, ms: ms(), lost, ...(lost && { because: body }) });
    } catch (error) {
      outcomes.push({ what, status: undefined, ms: ms(), lost: true, because: error });
    }
  };
  const run = async () => {
    const from = performance.now();
    for (let n = 0; !isStopped; n += 1) {
      const [what, request] = mix[n % mix.length] as (typeof mix)[number];
      const sender = senders[Math.floor(n / mix.length) % senders.length] as Sender;
      const asked = ask(what, () => request(sender)).then(() => void open.delete(asked));
      open.add(asked);
      await delay(Math.max(0, from + ((n + 1) * 1_000) / perSecond - performance.now()));
    }
    await Promise.all(open);
  };
  const running = run();
  return {
    outcomes,
    stop: () => {
      isStopped = true;
      return running;
    },
  };
}

/** Counts and times of requests, in one line. */
export function describeLoad(outcomes: readonly Outcome[]): string {
  const times = outcomes.map(({ ms }) => ms).sort((one, other) => one - other);
  const at = (share: number) => `${Math.round(times[Math.floor((times.length - 1) * share)] ?? 0)} ms`;
  const lost = outcomes.filter((outcome) => outcome.lost).length;
  return `${outcomes.length} requests, ${lost} failed, p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`;
}
