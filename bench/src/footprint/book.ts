import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Issuer } from '@punctual/devstack';
import { Pool } from 'undici';

type Answer = { id: string; status: string };
/** Sends a request of a person. @throws Refused */
type Send = (authorization: string, method: 'GET' | 'POST', path: string, body?: object) => Promise<Answer>;

class Refused extends Error {
  readonly statusCode: number;
  constructor(statusCode: number, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

export type Bookings = {
  /** One booking, from the job to the paid payout: seven commands and five reads or more. */
  book(): Promise<void>;
  /** Of every command, in milliseconds. */
  readonly latenciesMs: readonly number[];
  stop(): Promise<void>;
};

const startsInMs = 5_000;
const timezone = 'Europe/Berlin';
const finance = Array.from({ length: 20 }, () => randomUUID());

/** Books as the apps do: each booking has its own customer and provider. */
export function openBookings(url: string, issuer: Issuer): Bookings {
  const pool = new Pool(url, { connections: 64, pipelining: 1 });
  const latenciesMs: number[] = [];
  const send: Send = async (authorization, method, path, body) => {
    const from = performance.now();
    const key = method === 'POST' && { 'idempotency-key': randomUUID() };
    const headers = { authorization, ...key, ...(body && { 'content-type': 'application/json' }) };
    const response = await pool.request({ method, path, headers, body: body ? JSON.stringify(body) : null });
    const text = await response.body.text();
    if (response.statusCode >= 300) {
      throw new Refused(response.statusCode, `${method} ${path} returned ${response.statusCode}: ${text}`);
    }
    if (method === 'POST') latenciesMs.push(performance.now() - from);
    return JSON.parse(text);
  };
  const signIn = async (role: string, sub: string = randomUUID()) => ({
    id: sub,
    token: `Bearer ${await issuer.token({ sub, roles: [role] })}`,
  });
  let booked = 0;
  return {
    latenciesMs,
    stop: () => pool.close(),
    book: async () => {
      const [customer, provider] = [await signIn('customer'), await signIn('provider')];
      booked += 1;
      const approver = await signIn('finance', finance[booked % finance.length]);
      const payer = await signIn('finance', finance[(booked + 1) % finance.length]);
      const assignment = await agree(send, customer, provider);
      await delay(startsInMs);
      await insist(() => send(provider.token, 'POST', `${assignment}/complete`));
      const payout = await insist(
        () => send(provider.token, 'GET', `${assignment}/payout`),
        ({ status }) => status === 'AWAITING_APPROVAL',
      );
      await insist(() => send(approver.token, 'POST', `/payouts/${payout.id}/approve`));
      await insist(() => send(payer.token, 'POST', `/payouts/${payout.id}/mark-paid`, { reference: 'SEPA 2026/17' }));
      await send(customer.token, 'GET', assignment);
    },
  };
}

type Person = { id: string; token: string };

/** From the job to the confirmed window; each side reads what the other has done. */
async function agree(send: Send, customer: Person, provider: Person): Promise<string> {
  const price = { amountMinor: 8_000, currency: 'EUR' };
  const job = await send(customer.token, 'POST', '/jobs', { title: 'The kitchen tap drips', timezone, price });
  const given = await send(customer.token, 'POST', `/jobs/${job.id}/assignments`, { providerId: provider.id });
  const assignment = `/assignments/${given.id}`;
  await send(provider.token, 'GET', assignment);
  const start = Temporal.Now.instant().add({ milliseconds: startsInMs });
  const window = { start: start.toString(), end: start.add({ minutes: 60 }).toString() };
  const notes = 'The key is with the neighbour on the second floor.';
  await send(customer.token, 'POST', `/jobs/${job.id}/schedule`, { ...window, notes });
  await send(provider.token, 'GET', assignment);
  await send(provider.token, 'POST', `${assignment}/schedule/confirm`);
  await send(customer.token, 'GET', assignment);
  return assignment;
}

/** Repeats what comes too early: the window has not started, or an event has not arrived. */
async function insist(command: () => Promise<Answer>, isDone = (_: Answer) => true): Promise<Answer> {
  for (let tries = 0; tries < 120; tries += 1) {
    const answer = await command().catch((error) => {
      if (error instanceof Refused && [404, 409].includes(error.statusCode)) return undefined;
      throw error;
    });
    if (answer && isDone(answer)) return answer;
    await delay(500);
  }
  throw new Error('A step of a booking did not become possible within a minute');
}
