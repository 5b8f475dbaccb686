import { test } from 'vitest';
import { runPaymentDrill } from './payment-drill.ts';

// With 10,000 payouts: npm run payment-drill -w @punctual/payouts
const count = Number(process.env.PAYMENT_DRILL_PAYOUTS ?? 240);

test(`payouts pays ${count} payouts once each while workers are killed and Stripe fails`, async () => {
  const { summary } = await runPaymentDrill(count);
  process.stdout.write(`${summary}\n`);
}, 1_800_000);
