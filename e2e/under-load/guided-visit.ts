import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, createClient } from '@punctual/client';
import type { Role } from '@punctual/contracts';
import { eventually, type Issuer, windowOn } from '@punctual/devstack';

export type CreateClient = typeof createClient;

/** A visit that is taken from the job to the paid payout, step by step. */
export type GuidedVisit = {
  /** Does the steps before this one; what is done is not done again. */
  advanceTo(step: number): Promise<void>;
  /**
   * Does the remaining steps.
   * @throws when a request is refused, the payout or its copy is wrong, or a reminder is missing
   */
  finish(): Promise<void>;
};

/** Until the start of the window that is kept; its reminder must be sent by then. */
const leadMs = 10_000;
const timezone = 'Europe/Berlin';

/** How many steps a visit has: it can be interrupted before each but the first. */
export const stepCount = 8;

/**
 * @param amountMinor the price of its job in cents, which the payout must be
 */
export async function startGuidedVisit(
  deps: { createClient: CreateClient; fetch: typeof globalThis.fetch; issuer: Issuer },
  amountMinor: number,
): Promise<GuidedVisit> {
  const [customer, provider, finance] = (await Promise.all(
    (['customer', 'provider', 'finance'] as const).map((role) => signIn(deps, role)),
  )) as [Person, Person, Person];
  let jobId = '';
  let id = '';
  let start = Temporal.Now.instant();

  const payout = (status: string) =>
    eventually(async () => {
      const found = await finance.client.getAssignmentPayout({ params: { id } });
      if (found.status !== status) throw new Error(`The payout of ${id} is ${found.status}, not ${status}`);
      return found;
    });
  const distant = (days: number) => windowOn(Temporal.Now.instant(), { days, hour: 10, minutes: 60 });
  const steps: (() => Promise<unknown>)[] = [
    async () => {
      const price = { amountMinor, currency: 'EUR' };
      jobId = (await customer.client.createJob({ body: { title: 'The tap drips', timezone, price } })).id;
      const body = { providerId: provider.id };
      id = (await customer.client.createAssignment({ params: { id: jobId }, body })).id;
    },
    () => customer.client.proposeForJob({ params: { id: jobId }, body: distant(2) }),
    () => provider.client.proposeForAssignment({ params: { id }, body: distant(3) }),
    async () => {
      await customer.client.confirmSchedule({ params: { id } });
      await payout('PENDING');
    },
    async () => {
      start = Temporal.Now.instant().add({ milliseconds: leadMs });
      const body = { start: start.toString(), end: start.add({ minutes: 60 }).toString() };
      await provider.client.proposeForAssignment({ params: { id }, body });
      await customer.client.confirmSchedule({ params: { id } });
    },
    async () => {
      await delay(Math.max(0, Temporal.Now.instant().until(start).total('milliseconds')) + 50);
      await provider.client.completeAssignment({ params: { id } });
    },
    async () => finance.client.approvePayout({ params: { id: (await payout('AWAITING_APPROVAL')).id } }),
    async () => {
      const { id: payoutId } = await payout('APPROVED');
      await finance.client.markPayoutPaid({ params: { id: payoutId }, body: { reference: `Visit ${id}` } });
    },
  ];
  let done = 0;
  const advanceTo = async (step: number) => {
    for (; done < Math.min(step, steps.length); done += 1) await steps[done]?.();
  };
  return {
    advanceTo,
    finish: async () => {
      await advanceTo(steps.length);
      const paid = await payout('PAID');
      expectEqual(`amount of the payout of ${id}`, paid.amount, { amountMinor, currency: 'EUR' });
      await eventually(async () => {
        const assignment = await customer.client.getAssignment({ params: { id } });
        expectEqual(`payoutStatus of ${id}`, assignment.payoutStatus, 'PAID');
        const { items } = await customer.client.listReminders({ params: { id } });
        const sent = items.filter(({ kind, state }) => kind === 'upcoming-1h' && state === 'SENT');
        expectEqual(`sent reminders of ${id}`, sent.length, 1);
      });
    },
  };
}

type Person = { id: string; client: Client };

async function signIn(
  deps: { createClient: CreateClient; fetch: typeof globalThis.fetch; issuer: Issuer },
  role: Role,
): Promise<Person> {
  const id = randomUUID();
  const token = await deps.issuer.token({ roles: [role], sub: id });
  const client = deps.createClient({ url: 'http://gateway', fetch: deps.fetch, retries: 0, token: () => token });
  return { id, client };
}

function expectEqual(what: string, found: unknown, wanted: unknown): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (one !== other) throw new Error(`The ${what} is ${one}, not ${other}`);
}
