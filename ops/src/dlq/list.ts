import { present, selectDeadLetters } from '@punctual/operations';
import { jsonFlag, type OpsCommand } from '../cli/command.ts';
import { findSystem } from '../system/find-system.ts';
import { withNats } from '../system/with-nats.ts';
import { deadLettersTable, noneMatch, sumOf } from './dead-letters-table.ts';
import { filterFlags, readFilter } from './filter.ts';

export const listDeadLetters: OpsCommand = {
  name: 'dlq list',
  about: 'lists the events that consumers gave up on, oldest first',
  flags: { ...filterFlags, json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const filter = readFilter(input);
    const letters = await withNats(await findSystem(environment), (nats) => selectDeadLetters(nats, filter));
    if (input.has('json')) return print(JSON.stringify(letters.map(present), undefined, 2));
    if (letters.length === 0) return print(noneMatch);
    for (const line of [...deadLettersTable(letters), '', sumOf(letters)]) print(line);
  },
};
