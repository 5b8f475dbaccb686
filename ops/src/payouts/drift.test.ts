import type { PayoutDrift } from '@punctual/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FakeGateway, startFakeGateway } from '../../test/fake-gateway.ts';
import { payoutsDrift } from './drift.ts';

const [newest, older] = ['2026-11-20T00:00:00.000Z', '2026-11-10T00:00:00.000Z'];
const at = '2026-11-23T00:00:00.000Z';

let gateway: FakeGateway;
let pages: Record<string, Omit<PayoutDrift, 'at'>>;

beforeEach(async () => {
  gateway = await startFakeGateway((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway');
    const noItems = { items: [], nextCursor: null };
    const drift = { at, ...pages[searchParams.get('until') ?? 'now'] };
    response.end(JSON.stringify(pathname === '/ops/payouts/drift' ? drift : noItems));
  });
});

afterEach(() => gateway.stop());

const pageWith = (found: string, total: number, nextUntil: string | null = null, providerCompared = true) => ({
  ...{ providerCompared, nextUntil, total },
  items: [{ kind: 'TRANSFER_EXTRA' as const, payoutId: null, assignmentId: null, detail: found }],
});

const printed = async (...args: string[]) => (await gateway.run(payoutsDrift, ...args)).join('\n');

test('drift requests pages until everything is compared', async () => {
  pages = { now: pageWith('tr_1', 1_500, newest), [newest]: pageWith('tr_2', 2, older), [older]: pageWith('tr_3', 1) };
  const page = await printed();
  expect(page).toMatch(/^1503 differences between payouts and scheduling, the events and the payment provider, as of /);
  for (const found of ['tr_1', 'tr_2', 'tr_3']) expect(page).toContain(found);
  expect(page).not.toContain('were not compared');
  expect(JSON.parse(await printed('--json'))).toMatchObject({ total: 1_503, nextUntil: null });
});

test('drift reports what it did not compare when the payment provider stops answering', async () => {
  pages = { now: pageWith('tr_1', 1, newest), [newest]: pageWith('tr_2', 1, null, false) };
  const page = await printed();
  expect(page).toMatch(/^1 difference between payouts/);
  expect(page).toContain(`Transfers of the payment provider from before ${newest} were not compared.`);
});
