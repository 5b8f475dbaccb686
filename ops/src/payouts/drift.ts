import { lenient, PayoutDrift } from '@punctual/contracts';
import { type Command, jsonFlag } from '../cli/command.ts';
import { count, table } from '../cli/table.ts';
import { askGateway } from '../system/ask-gateway.ts';
import { findSystem, type System } from '../system/find-system.ts';

export const payoutsDrift: Command = {
  name: 'payouts drift',
  about: 'where payouts, the events of their assignments and the payment provider do not agree; changes nothing',
  details: 'docs/runbook.md says what to do about each kind.',
  flags: { json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const drift = await compareAll(await findSystem(environment));
    if (input.has('json')) return print(JSON.stringify(drift, undefined, 2));
    const against = drift.providerCompared ? 'the events and the payment provider' : 'the events';
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
