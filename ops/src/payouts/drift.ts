import { type Drift, lenient, PayoutDrift } from '@punctual/contracts';
import { jsonFlag, type OpsCommand } from '../cli/command.ts';
import { instantOf } from '../cli/read-input.ts';
import { count, table } from '../cli/table.ts';
import { askGateway } from '../system/ask-gateway.ts';
import { findSystem, type System } from '../system/find-system.ts';
import { compareVisits, type VisitDrift } from './compare-visits.ts';

export const payoutsDrift: OpsCommand = {
  name: 'payouts drift',
  about: 'differences between payouts, assignments, events and the payment provider; changes nothing',
  details:
    'Asks scheduling about each payout, and payouts about each completed visit: about a hundred requests a second. ' +
    'docs/runbook.md says what to do about each kind.',
  flags: {
    from: {
      value: 'TIME',
      about: 'only visits and payouts created at or after this time, such as 2026-11-20T00:00Z',
    },
    json: jsonFlag,
  },
  run: async ({ environment, print }, input) => {
    const from = instantOf(input, 'from')?.toString();
    const system = await findSystem(environment);
    const drift: Found = await compareAll(system);
    await addVisits(drift, system, from);
    if (input.has('json')) return print(JSON.stringify(drift, undefined, 2));
    const against = `scheduling${drift.providerCompared ? ', the events and the payment provider' : ' and its events'}`;
    print(`${count(drift.total, 'difference')} between payouts and ${against}, as of ${drift.at}`);
    if (drift.nextUntil) print(`Transfers of the payment provider from before ${drift.nextUntil} were not compared.`);
    if (drift.total === 0) return;
    const rows = drift.items.map(({ kind, payoutId, assignmentId, detail }) => [
      kind,
      payoutId ?? '-',
      assignmentId ?? '-',
      detail,
    ]);
    print(table(['KIND', 'PAYOUT', 'ASSIGNMENT', 'DETAIL'], rows).join('\n'));
  },
};

/** The differences that payouts finds by itself, and those of the comparison with scheduling. */
type Found = Omit<PayoutDrift, 'items'> & { items: (Drift | VisitDrift)[] };

const maxShown = 1_000;

async function addVisits(drift: Found, system: System, from: string | undefined): Promise<void> {
  let added = 0;
  for await (const difference of compareVisits(system, from)) {
    drift.total += 1;
    added += 1;
    if (added <= maxShown) drift.items.push(difference);
  }
}

/** Requests page after page until all is compared, or the payment provider does not answer. */
async function compareAll(system: System): Promise<PayoutDrift> {
  const readPage = (until?: string) =>
    askGateway(system, `/ops/payouts/drift${until ? `?until=${until}` : ''}`, lenient(PayoutDrift));
  const drift = await readPage();
  while (drift.nextUntil) {
    const { providerCompared, nextUntil, items, total } = await readPage(drift.nextUntil);
    if (!providerCompared) return drift;
    drift.nextUntil = nextUntil;
    drift.items.push(...items);
    drift.total += total;
  }
  return drift;
}
