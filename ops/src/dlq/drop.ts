import { type Command, yesFlag } from '../cli/command.ts';
import { findSystem } from '../system/find-system.ts';
import { withNats } from '../system/with-nats.ts';
import { lettersTable, noneMatch, sumOf } from './letters-table.ts';
import { removeLetter } from './remove-letter.ts';
import { allFlag, filterFlags, readNarrowFilter, selectLetters } from './select-letters.ts';

export const dropLetters: Command = {
  name: 'dlq drop',
  about: 'removes dead letters for good: their consumers never see these events',
  flags: { ...filterFlags, all: allFlag, yes: yesFlag },
  run: async (context, input) => {
    const filter = readNarrowFilter(input);
    await withNats(await findSystem(context.environment), async (nats) => {
      const letters = await selectLetters(nats, filter);
      if (letters.length === 0) return context.print(noneMatch);
      for (const line of lettersTable(letters)) context.print(line);
      context.print(`\nTo be removed for good at ${nats.address}: ${sumOf(letters)}`);
      if (!(await context.agree(input))) return;
      for (const { sequence } of letters) await removeLetter(nats, sequence);
      context.print(`${letters.length} dropped.`);
    });
  },
};
