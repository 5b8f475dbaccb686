import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PayoutDrift } from '@punctual/contracts';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readInput } from '../cli/read-input.ts';
import { payoutsDrift } from './drift.ts';

// The test is the gateway.

const [newest, older] = ['2026-11-20T00:00:00.000Z', '2026-11-10T00:00:00.000Z'];
const at = '2026-11-23T00:00:00.000Z';

let server: Server;
let looks: Record<string, Omit<PayoutDrift, 'at'>>;

beforeEach(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://gateway');
    const page = { items: [], nextCursor: null };
    const look = { at, ...looks[searchParams.get('until') ?? 'now'] };
    response.end(JSON.stringify(pathname === '/ops/payouts/drift' ? look : page));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});

afterEach(() => void server.close().closeAllConnections());

const look = (found: string, total: number, nextUntil: string | null = null, providerCompared = true) => ({
  ...{ providerCompared, nextUntil, total },
  items: [{ kind: 'TRANSFER_EXTRA' as const, payoutId: null, assignmentId: null, detail: found }],
});

async function printed(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const { port } = server.address() as AddressInfo;
  const environment = { PUNCTUAL_GATEWAY: `http://127.0.0.1:${port}`, PUNCTUAL_TOKEN: 'token' };
  const context = {
    environment,
    print: (line: string) => void lines.push(line),
    say: () => {},
    agree: async () => false,
  };
  await payoutsDrift.run(context, readInput(payoutsDrift, args));
  return lines.join('\n');
}

test('look after look is asked for until all was compared', async () => {
  looks = { now: look('tr_1', 1_500, newest), [newest]: look('tr_2', 2, older), [older]: look('tr_3', 1) };
  const page = await printed();
  expect(page).toMatch(/^1503 differences between payouts and scheduling, the events and the payment provider, as of /);
  for (const found of ['tr_1', 'tr_2', 'tr_3']) expect(page).toContain(found);
  expect(page).not.toContain('not looked at');
  expect(JSON.parse(await printed('--json'))).toMatchObject({ total: 1_503, nextUntil: null });
});

test('what was not looked at is said, when the provider gives no answer any more', async () => {
  looks = { now: look('tr_1', 1, newest), [newest]: look('tr_2', 1, null, false) };
  const page = await printed();
  expect(page).toMatch(/^1 difference between payouts/);
  expect(page).toContain(`What the payment provider has from before ${newest} was not looked at.`);
});
