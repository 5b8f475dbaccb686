import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { eventually } from '@punctual/testkit';
import { seedApproved } from './approved-payouts.ts';
import { type FaultyStripe, type StripeFault, startFaultyStripe } from './faulty-stripe.ts';
import { type BookedPayout, judgePayments } from './judge-payments.ts';
import { type PayoutsService, startPayouts } from './world.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const finance = '01936f2a-7c10-7000-8000-00000000f001';

/**
 * Where a worker is killed. A small drill kills only around the attempt and the call, where most
 * can go wrong.
 */
const failpoints = {
  few: ['after-payment-attempt', 'after-payment-call'],
  many: [
    'before-payment-attempt',
    'after-payment-attempt',
    'before-payment-call',
    'after-payment-call',
    'after-payment-mark',
  ],
};

/** What happens to every fourth call, in turn. */
const faults: StripeFault[] = ['silent-after', 'reset-after', '429', 'reset-before', '500-after', '409', '500-before'];

/**
 * Pays this many approved payouts while workers are killed and every fourth call to Stripe fails,
 * and checks each payout against the transfers that Stripe made. Starts servers of its own.
 * @throws AssertionError when a payout is paid twice, lost, or blocked for the wrong reason
 */
export async function runPaymentDrill(count: number): Promise<{ kills: number; summary: string }> {
  const stripe = await startFaultyStripe();
  const world = await startPayouts();
  const workers = new Set<ChildProcess>();
  try {
    await seedApproved(world.database, count);
    return await payAll({ stripe, world, workers, count });
  } finally {
    for (const worker of workers) worker.kill('SIGKILL');
    await world.stop();
    await stripe.stop();
  }
}

type PaymentDrill = { stripe: FaultyStripe; world: PayoutsService; workers: Set<ChildProcess>; count: number };

async function payAll({ stripe, world, workers, count }: PaymentDrill) {
  const numberOf = (payoutId: string) => Number.parseInt(payoutId.slice(-6), 10);
  // Every fiftieth response is lost after the money has moved, and lookups fail; some payouts are
  // refused.
  const isUnknowable = (payoutId: string) => numberOf(payoutId) % 50 === 0;
  const isRefused = (payoutId: string) => numberOf(payoutId) % 100 === 25;
  let calls = 0;
  stripe.setFaults((what, payoutId) => {
    if (isUnknowable(payoutId)) return what === 'pay' ? 'reset-after' : '500-before';
    if (what === 'find') return 'none';
    if (isRefused(payoutId)) return 'refuse';
    calls += 1;
    return calls % 4 === 0 ? (faults[(calls / 4) % faults.length] ?? 'none') : 'none';
  });

  const killAt = count < 1_000 ? failpoints.few : failpoints.many;
  const start = (failpoint?: string) => {
    const worker = startWorker(world, stripe.url, failpoint);
    workers.add(worker);
    return worker;
  };
  const killed = killAt.map(start);
  await Promise.all(killed.map((worker) => once(worker, 'exit')));
  for (const { signalCode } of killed) assert.equal(signalCode, 'SIGKILL');
  start();
  start();
  await untilNoneIs(world, 'APPROVED');

  // A slow machine may leave more results unknown. Their number does not matter, only that the
  // ledger allows each.
  const payouts = await readPayouts(world);
  const { paid, blockedUnknown, blockedOther, paidTwice, lost } = judgePayments(payouts, stripe.moved);
  const summary = [
    `${count} payouts: ${paid} paid, ${blockedUnknown} blocked unknown, ${blockedOther} other blocked`,
    `${paidTwice.length} paid twice, ${lost.length} lost, ${killAt.length} kills, ${stripe.requests.pay} calls`,
  ].join(', ');
  assert.deepEqual({ paidTwice, lost }, { paidTwice: [], lost: [] });
  assert.equal(paid + blockedUnknown + blockedOther, count);
  for (const { id, blockedBecause } of payouts) {
    if (isUnknowable(id)) assert.match(blockedBecause ?? '', /^unknown payment result: /);
    if (isRefused(id)) assert.equal(blockedBecause, 'payment refused: balance_insufficient');
  }
  const ids = new Set(payouts.map(({ id }) => id));
  assert.deepEqual(
    stripe.moved.filter(({ transfer_group }) => !ids.has(transfer_group)),
    [],
  );

  stripe.setFaults(() => 'none');
  for (const { id } of payouts.filter(({ status }) => status === 'BLOCKED')) {
    await world.call('finance', finance, `POST /payouts/${id}/unblock`, { body: { reason: 'Stripe answers again' } });
  }
  await untilNoneIs(world, 'APPROVED');
  const after = judgePayments(await readPayouts(world), stripe.moved);
  assert.deepEqual(
    { paid: after.paid, paidTwice: after.paidTwice, lost: after.lost },
    { paid: count, paidTwice: [], lost: [] },
  );
  assert.equal(stripe.moved.length, count);
  return { kills: killAt.length, summary };
}

/**
 * Starts the service as a process, which is killed when it reaches the failpoint for the fifth
 * time.
 */
function startWorker(world: PayoutsService, stripeUrl: string, killAt?: string): ChildProcess {
  const preload = `import { subscribe } from 'node:diagnostics_channel';
    let passed = 0;
    subscribe('punctual:failpoint', ({ name }) => {
      if (name === ${JSON.stringify(killAt)} && (passed += 1) === 5) process.kill(process.pid, 'SIGKILL');
    });`;
  const inside = `data:text/javascript,${encodeURIComponent(preload)}`;
  return spawn(process.execPath, ['--import', inside, '--import', '@punctual/chassis/otel', 'src/main.ts'], {
    cwd: folder,
    env: {
      ...process.env,
      ...world.serviceEnv,
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_test_123',
      STRIPE_WEBHOOK_SECRET: 'whsec_test',
      STRIPE_API_BASE: stripeUrl,
      // Long enough for a response that is not lost, on a busy machine too.
      STRIPE_TIMEOUT_MS: '500',
      PAYMENT_PAUSE_MS: '20',
    },
    stdio: 'ignore',
  });
}

async function untilNoneIs(world: PayoutsService, status: string): Promise<void> {
  const left = async () => {
    const { rows } = await world.database.query('select count(*)::int as left from payout where status = $1', [status]);
    return rows[0].left;
  };
  await eventually(async () => assert.equal(await left(), 0), { withinMs: 1_700_000 });
}

async function readPayouts(world: PayoutsService): Promise<BookedPayout[]> {
  const { rows } = await world.database.query(`
    select id, status, amount_minor::int as "amountMinor", payment_reference as reference,
        blocked_because as "blockedBecause", exists (select from payment_attempt a where a.payout_id = p.id
          and not exists (select from payment_result r where r.attempt_id = a.id)) as "hasOpenAttempt"
      from payout p order by id`);
  return rows;
}
