import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Endpoint, endpoints } from '@punctual/contracts';
import type { Answer, Sent } from './send.ts';

/** Sends a request of a person's; rejects when there is no answer. */
export type Sender = (endpoint: Endpoint, sent: Sent) => Promise<Answer>;

/** What became of a request: a refusal is an answer too, and only what nobody answered for is lost, with the problem or the error. */
export type Outcome = { what: string; status: number | undefined; lost: boolean; because?: unknown };

export type SteadyLoad = {
  readonly outcomes: readonly Outcome[];
  /** Sends no more; resolves when all are answered. */
  stop(): Promise<void>;
};

const everyMs = 25;
const job = {
  title: 'The kitchen tap drips',
  timezone: 'Europe/Berlin',
  price: { amountMinor: 8_000, currency: 'EUR' },
};
const keyed = () => ({ headers: { 'idempotency-key': randomUUID() } });

/**
 * Sends 40 requests a second, each without waiting for the others: reads of every service, and commands with and without a key to
 * those that take commands. Nothing is sent twice.
 */
export function startSteadyLoad(send: Sender, assignmentId: string): SteadyLoad {
  const params = { id: assignmentId };
  const nobody = { params: { id: randomUUID() }, body: { reason: 'There is no such payout' } };
  const mix: readonly [string, () => Promise<Answer>][] = [
    ['GET scheduling', () => send(endpoints.getAssignment, { params })],
    ['POST scheduling', () => send(endpoints.createJob, { body: job })],
    ['GET reminders', () => send(endpoints.listReminders, { params })],
    ['keyed POST scheduling', () => send(endpoints.createJob, { body: job, ...keyed() })],
    ['GET payouts', () => send(endpoints.listPayouts, {})],
    ['POST payouts', () => send(endpoints.blockPayout, nobody)],
    ['keyed POST payouts', () => send(endpoints.blockPayout, { ...nobody, ...keyed() })],
  ];
  const outcomes: Outcome[] = [];
  const open = new Set<Promise<void>>();
  let isStopped = false;

  const ask = async (what: string, request: () => Promise<Answer>) => {
    try {
      const { status, body } = await request();
      const lost = status >= 500;
      outcomes.push({ what, status, lost, ...(lost && { because: body }) });
    } catch (error) {
      outcomes.push({ what, status: undefined, lost: true, because: error });
    }
  };
  const run = async () => {
    for (let n = 0; !isStopped; n += 1) {
      const [what, request] = mix[n % mix.length] as (typeof mix)[number];
      const asked = ask(what, request).then(() => void open.delete(asked));
      open.add(asked);
      await delay(everyMs);
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
