import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Journey } from '../load/load.ts';
import type { Fault } from './fault.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const drill = ['node_modules/vitest/vitest.mjs', 'run', 'services/payouts/test/payment-drill.test.ts'];
const payouts = { quick: 100, full: 2_000 };

const nobody: Journey = (stage) => stage.wait(1_000);

/** The drill of payouts itself, on servers of its own: it needs a Stripe that fails, and the ledger of that Stripe to judge by. */
export const killInPayment: Fault = {
  name: 'kill-in-payment',
  what: 'SIGKILL of payouts around an attempt to pay, its call and its mark, while every fourth call to Stripe fails: each is paid once',
  journeys: [nobody],
  run: async ({ toll }, _random, pace) => {
    // What fails once in CI is asked once more; not here.
    const env = { ...process.env, CI: '', PAYMENT_DRILL_PAYOUTS: String(payouts[pace]) };
    const { stdout } = await promisify(execFile)(process.execPath, drill, { cwd: root, env }).catch((error) => {
      throw new Error(`payments did not end as they should: ${error.stdout || error}`);
    });
    toll.kills += Number(/(\d+) kills/.exec(stdout)?.[1]);
  },
};
