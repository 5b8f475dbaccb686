import { lenient, PayoutDrift } from '@punctual/contracts';
import { type Command, jsonFlag } from '../cli/command.ts';
import { count, table } from '../cli/table.ts';
import { askGateway } from '../system/ask-gateway.ts';
import { findSystem } from '../system/find-system.ts';

export const payoutsDrift: Command = {
  name: 'payouts drift',
  about: 'where payouts, the events of their assignments and the payment provider do not agree; changes nothing',
  details: 'docs/runbook.md says what to do about each kind.',
  flags: { json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const drift = await askGateway(await findSystem(environment), '/ops/payouts/drift', lenient(PayoutDrift));
    if (input.has('json')) return print(JSON.stringify(drift, undefined, 2));
    const against = drift.providerCompared ? 'the events and the payment provider' : 'the events';
    print(`${count(drift.total, 'difference')} between payouts and ${against}, as of ${drift.at}`);
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
