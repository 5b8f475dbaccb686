import { type Command, yesFlag } from '../cli/command.ts';
import { findSystem } from '../system/find-system.ts';
import { replayMessage, waitingReplays } from '../system/replay-message.ts';
import { type Nats, withNats } from '../system/with-nats.ts';
import type { Letter } from './letter.ts';
import { lettersTable, noneMatch, sumOf, whereBody } from './letters-table.ts';
import { removeLetter } from './remove-letter.ts';
import { allFlag, filterFlags, readNarrowFilter, selectLetters } from './select-letters.ts';

export const redriveLetters: Command = {
  name: 'dlq redrive',
  about: 'gives dead letters to the consumer that gave up, and to no other, and removes them',
  details:
    'Mend the cause first: what fails again becomes a dead letter again. The consumer knows each event by its id, so to redrive one twice does nothing twice.',
  flags: { ...filterFlags, all: allFlag, yes: yesFlag },
  run: async (context, input) => {
    const filter = readNarrowFilter(input);
    await withNats(await findSystem(context.environment), async (nats) => {
      const letters = await selectLetters(nats, filter);
      if (letters.length === 0) return context.print(noneMatch);
      for (const consumer of new Set(letters.map((letter) => letter.consumer))) await waitingReplays(nats, consumer);
      requireBodies(letters);
      for (const line of lettersTable(letters)) context.print(line);
      context.print(`\nTo be given to their consumers again, in this order, at ${nats.address}: ${sumOf(letters)}`);
      if (await context.agree(input)) context.print(`${await redrive(nats, letters)} redriven.`);
    });
  },
};

/** @throws Error for letters of which there is nothing left to give */
function requireBodies(letters: readonly Letter[]): void {
  const gone = letters.filter(({ bodyAt }) => bodyAt === 'GONE');
  if (gone.length === 0) return;
  const reasons = gone.map((letter) => `${letter.sequence}: ${whereBody(letter)}`);
  throw new Error(`These cannot be redriven. Leave them out, or drop them. ${reasons.join('; ')}.`);
}

/** The first half of a redrive. Who repeats it, since the second did not come, has the stream take the copy once only. */
export async function giveAgain(nats: Nats, letter: Letter): Promise<void> {
  const { consumer, sequence, message, content } = letter;
  if (!content) throw new Error(`${whereBody(letter)}.`);
  // Of this letter and no other, also when the stream DLQ was made anew and counts from one again.
  const messageId = `redrive:${sequence}:${message.timestampNanos}`;
  await replayMessage(nats, content, { consumer, messageId });
}

/** One after another, since the events of an assignment have an order. */
async function redrive(nats: Nats, letters: readonly Letter[]): Promise<number> {
  let done = 0;
  try {
    for (const letter of letters) {
      await giveAgain(nats, letter);
      await removeLetter(nats, letter.sequence);
      done += 1;
    }
    return done;
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`${done} of ${letters.length} redriven, the others are still there: ${reason}`);
  }
}
