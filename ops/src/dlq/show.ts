import { present, type StoredDeadLetter, selectDeadLetters, whereBody } from '@punctual/operations';
import { jsonFlag, type OpsCommand } from '../cli/command.ts';
import { findSystem } from '../system/find-system.ts';
import { withNats } from '../system/with-nats.ts';
import { noneMatch } from './dead-letters-table.ts';
import { filterFlags, readFilter } from './filter.ts';

export const showDeadLetters: OpsCommand = {
  name: 'dlq show',
  about: 'shows dead letters in full, with headers and body',
  flags: { ...filterFlags, json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const filter = readFilter(input);
    const letters = await withNats(await findSystem(environment), (nats) => selectDeadLetters(nats, filter));
    if (letters.length === 0) throw new Error(noneMatch);
    if (input.has('json')) return print(JSON.stringify(letters.map(inFull), undefined, 2));
    print(letters.map(page).join('\n\n'));
  },
};

function inFull(letter: StoredDeadLetter) {
  return { ...present(letter), headers: headersOf(letter), body: textOf(letter) };
}

function page(letter: StoredDeadLetter): string {
  const headers = Object.entries(headersOf(letter)).map(([name, values]) => `${name}: ${values.join(', ')}`);
  const note = letter.bodyAt === 'LETTER' ? [] : [`(${whereBody(letter)})`];
  const text = textOf(letter);
  const body = text === null ? [] : [pretty(text)];
  return [`# ${letter.sequence}, since ${letter.at}`, ...headers, '', ...note, ...body].join('\n');
}

/** Null if its body is gone. */
function textOf({ content }: StoredDeadLetter): string | null {
  return content ? Buffer.from(content.data).toString() : null;
}

function headersOf({ message }: StoredDeadLetter): Record<string, string[]> {
  return Object.fromEntries(message.headers ?? []);
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
