import { findPromtool } from '@punctual/devstack';
import { expect, test } from 'vitest';
import { faults } from '../faults/index.ts';
import { startDrillStack } from '../stack/drill-stack.ts';
import { compare, runAlertDrill } from './alert-drill.ts';

test('alerts that are missing, not listed or late are differences', () => {
  const fired = [
    { alert: 'ServiceDown', seconds: 31.4 },
    { alert: 'DeadLetters', seconds: 12 },
    { alert: 'CommandsFail', seconds: 130 },
    { alert: 'CommandsFailForHours', seconds: 430 },
  ];
  expect(compare(['ServiceDown', 'CommandsFail', 'CommandsFailForHours', 'EventsLate'], fired)).toEqual([
    'EventsLate did not fire',
    'DeadLetters fired after 12 s and is not listed',
    'CommandsFail fired after 130 s instead of 120',
  ]);
  expect(compare(['ServiceDown'], fired.slice(0, 1))).toEqual([]);
});

test('poison raises exactly the alerts that it lists, in a real Prometheus', { timeout: 1_200_000 }, async () => {
  const poison = faults.find(({ name }) => name === 'poison');
  if (!poison) throw new Error('There is no fault poison.');
  // The first run on a machine builds Prometheus.
  await findPromtool({ log: (line) => process.stdout.write(`${line}\n`) });
  const stack = await startDrillStack({ name: 'alert-test', pace: 'full', observed: true, log: () => undefined });
  try {
    const { fired, differences } = await runAlertDrill(stack, poison, 1);
    expect(differences).toEqual([]);
    expect(fired).toMatchObject([{ alert: 'DeadLetters' }]);
  } finally {
    await stack.stop();
  }
});
