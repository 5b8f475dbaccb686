import { removeDeadLetter, selectDeadLetters } from '@punctual/operations';
import { type OpsCommand, yesFlag } from '../cli/command.ts';
import { findSystem } from '../system/find-system.ts';
import { withNats } from '../system/with-nats.ts';
import { deadLettersTable, noneMatch, sumOf } from './dead-letters-table.ts';
import { allFlag, filterFlags, readNarrowFilter } from './filter.ts';

export const dropDeadLetters: OpsCommand = {
  name: 'dlq drop',
  about: 'removes dead letters for good: their consumers never handle these events',
  flags: { ...filterFlags, all: allFlag, yes: yesFlag },
  run: async (context, input) => {
    const filter = readNarrowFilter(input);
    await withNats(await findSystem(context.environment), async (nats) => {
      const letters = await selectDeadLetters(nats, filter);
      if (letters.length === 0) return context.print(noneMatch);
      for (const line of deadLettersTable(letters)) context.print(line);
      context.print(`\nWill be removed for good at ${nats.address}: ${sumOf(letters)}`);
      if (!(await context.agree(input))) return;
      for (const { sequence } of letters) await removeDeadLetter(nats, sequence);
      context.print(`${letters.length} dropped.`);
    });
  },
};
