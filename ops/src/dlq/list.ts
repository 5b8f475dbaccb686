import { type Command, jsonFlag } from '../cli/command.ts';
import { findSystem } from '../system/find-system.ts';
import { withNats } from '../system/with-nats.ts';
import { present } from './letter.ts';
import { lettersTable, noneMatch, sumOf } from './letters-table.ts';
import { filterFlags, readFilter, selectLetters } from './select-letters.ts';

export const listLetters: Command = {
  name: 'dlq list',
  about: 'the events that a consumer has given up on, oldest first',
  flags: { ...filterFlags, json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const filter = readFilter(input);
    const letters = await withNats(await findSystem(environment), (nats) => selectLetters(nats, filter));
    if (input.has('json')) return print(JSON.stringify(letters.map(present), undefined, 2));
    if (letters.length === 0) return print(noneMatch);
    for (const line of [...lettersTable(letters), '', sumOf(letters)]) print(line);
  },
};
