import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { seedApproved } from './approved-payouts.ts';
import { type Fault, type FaultyStripe, startFaultyStripe } from './faulty-stripe.ts';
import { type BookedPayout, judgePayments } from './judge-payments.ts';
import { createWorld, type World } from './world.ts';

// With 10,000 payouts: npm run payment-drill -w @punctual/payouts

const count = Number(process.env.PAYMENT_DRILL_PAYOUTS ?? 240);
const folder = fileURLToPath(new URL('..', import.meta.url));
const finance = '01936f2a-7c10-7000-8000-00000000f001';

/** Where a worker is killed, each after it has come by some times; with few payouts only where it matters most. */
const moments =
  count < 1_000
    ? ['after-payment-attempt', 'after-payment-call']
    : [
        'before-payment-attempt',
        'after-payment-attempt',
        'before-payment-call',
        'after-payment-call',
        'after-payment-mark',
      ];

/** What happens to a call, in turn; most go well. */
const faults: Fault[] = ['silent-after', 'reset-after', '429', 'reset-before', '500-after', '409', '500-before'];

let stripe: FaultyStripe;
let world: World;
const workers = new Set<ChildProcess>();

beforeAll(async () => {
  stripe = await startFaultyStripe();
  world = await createWorld();
  await seedApproved(world.database, count);
});

afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await world?.stop();
  await stripe?.stop();
});

it(`pays ${count} payouts once each, whoever is killed and whatever Stripe does; what nobody can know is blocked`, async () => {
  const numberOf = (payoutId: string) => Number.parseInt(payoutId.slice(-6), 10);
  // Of every fiftieth the answer is lost after the money has moved, and no look-up is answered; some are refused.
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

  const killed = moments.map(startWorker);
  await Promise.all(killed.map((worker) => once(worker, 'exit')));
  for (const { signalCode } of killed) expect(signalCode).toBe('SIGKILL');
  startWorker();
  startWorker();
  await untilNoneIs('APPROVED');

  // A slow machine may leave more unknown than these: how many does not matter, but each must be what the ledger allows.
  const payouts = await booked();
  const { paid, blockedUnknown, blockedOther, paidTwice, lost } = judgePayments(payouts, stripe.moved);
  const figures = [
    `${count} payouts: ${paid} paid, ${blockedUnknown} blocked unknown, ${blockedOther} other blocked`,
    `${paidTwice.length} paid twice, ${lost.length} lost, ${moments.length} kills, ${stripe.requests.pay} calls`,
  ];
  process.stdout.write(`${figures.join(', ')}\n`);
  expect({ paidTwice, lost }).toEqual({ paidTwice: [], lost: [] });
  expect(paid + blockedUnknown + blockedOther).toBe(count);
  for (const { id, blockedBecause } of payouts) {
    if (isUnknowable(id)) expect(blockedBecause).toMatch(/^unknown payment result: /);
    if (isRefused(id)) expect(blockedBecause).toBe('payment refused: balance_insufficient');
  }
  const ids = new Set(payouts.map(({ id }) => id));
  expect(stripe.moved.filter(({ transfer_group }) => !ids.has(transfer_group))).toEqual([]);

  stripe.setFaults(() => 'none');
  for (const { id } of payouts.filter(({ status }) => status === 'BLOCKED')) {
    await world.call('finance', finance, `POST /payouts/${id}/unblock`, { body: { reason: 'Stripe answers again' } });
  }
  await untilNoneIs('APPROVED');
  expect(judgePayments(await booked(), stripe.moved)).toMatchObject({ paid: count, paidTwice: [], lost: [] });
  expect(stripe.moved).toHaveLength(count);
}, 1_800_000);

/** The service as a process; it is killed when it has come by the moment some times. */
function startWorker(killAt?: string): ChildProcess {
  const preload = `import { subscribe } from 'node:diagnostics_channel';
    let passed = 0;
    subscribe('punctual:failpoint', ({ name }) => {
      if (name === ${JSON.stringify(killAt)} && (passed += 1) === 5) process.kill(process.pid, 'SIGKILL');
    });`;
  const inside = `data:text/javascript,${encodeURIComponent(preload)}`;
  const worker = spawn(process.execPath, ['--import', inside, '--import', '@punctual/chassis/otel', 'src/main.ts'], {
    cwd: folder,
    env: {
      ...process.env,
      ...world.serviceEnv,
      PAYMENT_PROVIDER: 'stripe',
      STRIPE_API_KEY: 'sk_test_123',
      STRIPE_WEBHOOK_SECRET: 'whsec_test',
      STRIPE_API_BASE: stripe.url,
      // A call that was not lost must have time to be answered, on a busy machine too.
      STRIPE_TIMEOUT_MS: '500',
      PAYMENT_PAUSE_MS: '20',
    },
    stdio: 'ignore',
  });
  workers.add(worker);
  return worker;
}

async function untilNoneIs(status: string): Promise<void> {
  const left = async () => {
    const { rows } = await world.database.query('select count(*)::int as left from payout where status = $1', [status]);
    return rows[0].left;
  };
  await vi.waitFor(async () => expect(await left()).toBe(0), { timeout: 1_700_000, interval: 200 });
}

async function booked(): Promise<BookedPayout[]> {
  const { rows } = await world.database.query(`
    select id, status, amount_minor::int as "amountMinor", payment_reference as reference,
        blocked_because as "blockedBecause", exists (select from payment_attempt a where a.payout_id = p.id
          and not exists (select from payment_result r where r.attempt_id = a.id)) as "hasOpenAttempt"
      from payout p order by id`);
  return rows;
}
