import { type Drift, lenient, PayoutDrift } from '@punctual/contracts';
import { type Command, jsonFlag } from '../cli/command.ts';
import { instantOf } from '../cli/read-input.ts';
import { count, table } from '../cli/table.ts';
import { askGateway } from '../system/ask-gateway.ts';
import { findSystem, type System } from '../system/find-system.ts';
import { compareVisits, type VisitDrift } from './compare-visits.ts';

export const payoutsDrift: Command = {
  name: 'payouts drift',
  about: 'where payouts, their assignments, the events and the payment provider do not agree; changes nothing',
  details:
    'Asks scheduling about every payout and payouts about every completed visit: two requests for each, about a hundred a second. ' +
    'docs/runbook.md says what to do about each kind.',
  flags: {
    from: {
      value: 'TIME',
      about: 'compare visits and payouts that were created then or later, such as 2026-11-20T00:00Z',
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
    if (drift.nextUntil) print(`What the payment provider has from before ${drift.nextUntil} was not looked at.`);
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

/** What payouts finds by itself, and what a comparison with scheduling adds. */
type Found = Omit<PayoutDrift, 'items'> & { items: (Drift | VisitDrift)[] };

/** Of visits as many are shown as of the rest. */
const shown = 1_000;

async function addVisits(drift: Found, system: System, from: string | undefined): Promise<void> {
  let added = 0;
  for await (const difference of compareVisits(system, from)) {
    drift.total += 1;
    added += 1;
    if (added <= shown) drift.items.push(difference);
  }
}

/** Look after look until all has been compared, or the provider gives no answer. */
async function compareAll(system: System): Promise<PayoutDrift> {
  const look = (until?: string) =>
    askGateway(system, `/ops/payouts/drift${until ? `?until=${until}` : ''}`, lenient(PayoutDrift));
  const drift = await look();
  while (drift.nextUntil) {
    const { providerCompared, nextUntil, items, total } = await look(drift.nextUntil);
    if (!providerCompared) return drift;
    drift.nextUntil = nextUntil;
    drift.items.push(...items);
    drift.total += total;
  }
  return drift;
}
