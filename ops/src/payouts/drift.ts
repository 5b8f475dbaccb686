import { findDrift } from '@punctual/operations';
import { jsonFlag, type OpsCommand } from '../cli/command.ts';
import { instantOf } from '../cli/read-input.ts';
import { count, table } from '../cli/table.ts';
import { findSystem } from '../system/find-system.ts';

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
    const drift = await findDrift(system, from);
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
