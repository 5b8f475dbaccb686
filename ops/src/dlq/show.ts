import { type Command, jsonFlag } from '../cli/command.ts';
import { findSystem } from '../system/find-system.ts';
import { withNats } from '../system/with-nats.ts';
import { type Letter, present } from './letter.ts';
import { noneMatch, whereBody } from './letters-table.ts';
import { filterFlags, readFilter, selectLetters } from './select-letters.ts';

export const showLetters: Command = {
  name: 'dlq show',
  about: 'dead letters in full: headers and body',
  flags: { ...filterFlags, json: jsonFlag },
  run: async ({ environment, print }, input) => {
    const filter = readFilter(input);
    const letters = await withNats(await findSystem(environment), (nats) => selectLetters(nats, filter));
    if (letters.length === 0) throw new Error(noneMatch);
    if (input.has('json')) return print(JSON.stringify(letters.map(inFull), undefined, 2));
    print(letters.map(page).join('\n\n'));
  },
};

function inFull(letter: Letter) {
  return { ...present(letter), headers: headersOf(letter), body: textOf(letter) };
}

function page(letter: Letter): string {
  const headers = Object.entries(headersOf(letter)).map(([name, values]) => `${name}: ${values.join(', ')}`);
  const note = letter.bodyAt === 'LETTER' ? [] : [`(${whereBody(letter)})`];
  const text = textOf(letter);
  const body = text === null ? [] : [pretty(text)];
  return [`# ${letter.sequence}, since ${letter.at}`, ...headers, '', ...note, ...body].join('\n');
}

/** Null when its body is gone. */
function textOf({ content }: Letter): string | null {
  return content ? Buffer.from(content.data).toString() : null;
}

function headersOf({ message }: Letter): Record<string, string[]> {
  return Object.fromEntries(message.headers ?? []);
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
