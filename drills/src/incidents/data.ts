import { randomUUID } from 'node:crypto';
import { seedApproved } from '../../../services/payouts/test/approved-payouts.ts';
import type { DrillStack } from '../stack/drill-stack.ts';
import type { Incident } from './incident.ts';

/** Ahead: after a step back, OpenTelemetry keeps the last value of a gauge until the clock has caught up. */
const clockFastMs = 5 * 60_000;
const waitingHours = 37;
const refusedPayments = 3;

/** Clocks, payouts and payments that somebody has to correct. */
export const dataIncidents: readonly Incident[] = [
  {
    name: 'clock-fast',
    what: 'the clock of one instance of reminders is five minutes fast',
    alerts: ['ClockWrong', 'RemindersOverdue'],
    begin: async ({ stack: { processes, orders } }) => {
      const pid = processes.service('reminders', 0).pid();
      if (pid === undefined) throw new Error('reminders is down');
      await orders.setClock(pid, clockFastMs);
      return () => orders.withdraw();
    },
  },
  {
    name: 'payout-forgotten',
    what: `a payout has waited ${waitingHours} hours for approval`,
    alerts: ['PayoutsUndecided'],
    begin: async ({ stack }) => {
      const id = await insertPayout(stack, { status: 'AWAITING_APPROVAL', ageHours: waitingHours });
      return async () => {
        await stack.databases.payouts.query(
          "update payout set status = 'BLOCKED', blocked_because = 'Repaired', version = version + 1 where id = $1",
          [id],
        );
      };
    },
  },
  {
    name: 'payout-differs',
    what: 'a payout has another amount than its assignment',
    alerts: ['PayoutsDiffer'],
    begin: async ({ stack }) => {
      const id = await insertPayout(stack, { status: 'PENDING', ageHours: 0 });
      const add = (minor: number) =>
        stack.databases.payouts.query(
          'update assignment_view set amount_minor = amount_minor + $2 where assignment_id = $1',
          [id, minor],
        );
      await add(1);
      return async () => {
        await add(-1);
      };
    },
  },
  {
    name: 'payment-key-refused',
    what: 'the payment provider refuses our API key',
    alerts: ['PaymentsRefused'],
    begin: async ({ stack: { stripe, databases } }) => {
      stripe.setFaults(() => '401');
      const { rows } = await databases.payouts.query<{ seeded: number }>(
        "select count(*)::int as seeded from payout_account where account like 'acct_0%'",
      );
      await seedApproved(databases.payouts, refusedPayments, rows[0]?.seeded);
      return async () => stripe.setFaults(() => 'none');
    },
  },
];

/** Inserts a payout and its assignment, both with one new id. @returns the id */
async function insertPayout(
  { databases: { payouts } }: DrillStack,
  { status, ageHours }: { status: 'PENDING' | 'AWAITING_APPROVAL'; ageHours: number },
): Promise<string> {
  const id = randomUUID();
  await payouts.query(
    `insert into assignment_view (assignment_id, version, status, amount_minor, currency)
      values ($1, 3, 'COMPLETED', 8000, 'EUR')`,
    [id],
  );
  await payouts.query(
    `insert into payout (id, assignment_id, job_id, provider_id, customer_id, amount_minor, currency, status, on_hold,
        version, approvals, approvals_needed, dispute_settled, created_at, updated_at)
      values ($1, $1, $1, $1, $1, 8000, 'EUR', $2, false, 1, '[]', 1, false, $3::timestamptz, $3::timestamptz)`,
    [id, status, new Date(Date.now() - ageHours * 3_600_000)],
  );
  return id;
}
