import { reasonOf } from '@punctual/chassis';
import {
  type Nats,
  redrive,
  type StoredDeadLetter,
  selectDeadLetters,
  waitingReplays,
  whereBody,
} from '@punctual/operations';
import { type OpsCommand, yesFlag } from '../cli/command.ts';
import { findSystem } from '../system/find-system.ts';
import { withNats } from '../system/with-nats.ts';
import { deadLettersTable, noneMatch, sumOf } from './dead-letters-table.ts';
import { allFlag, filterFlags, readNarrowFilter } from './filter.ts';

export const redriveDeadLetters: OpsCommand = {
  name: 'dlq redrive',
  about: 'delivers dead letters again, only to the consumer that gave up, and removes them',
  details:
    'Fix the cause first: an event that fails again becomes a dead letter again. Consumers know each event by its id, so redriving one twice has one effect.',
  flags: { ...filterFlags, all: allFlag, yes: yesFlag },
  run: async (context, input) => {
    const filter = readNarrowFilter(input);
    await withNats(await findSystem(context.environment), async (nats) => {
      const letters = await selectDeadLetters(nats, filter);
      if (letters.length === 0) return context.print(noneMatch);
      for (const consumer of new Set(letters.map((letter) => letter.consumer))) await waitingReplays(nats, consumer);
      requireBodies(letters);
      for (const line of deadLettersTable(letters)) context.print(line);
      context.print(
        `\nWill be delivered to their consumers again, in this order, at ${nats.address}: ${sumOf(letters)}`,
      );
      if (await context.agree(input)) context.print(`${await redriveAll(nats, letters)} redriven.`);
    });
  },
};

/** @throws Error for dead letters whose body is gone */
function requireBodies(letters: readonly StoredDeadLetter[]): void {
  const gone = letters.filter(({ bodyAt }) => bodyAt === 'GONE');
  if (gone.length === 0) return;
  const reasons = gone.map((letter) => `${letter.sequence}: ${whereBody(letter)}`);
  throw new Error(`These cannot be redriven; exclude or drop them. ${reasons.join('; ')}.`);
}

/** One after another, since the events of an assignment are ordered. */
async function redriveAll(nats: Nats, letters: readonly StoredDeadLetter[]): Promise<number> {
  let done = 0;
  try {
    for (const letter of letters) {
      await redrive(nats, letter);
      done += 1;
    }
    return done;
  } catch (error) {
    throw new Error(`${done} of ${letters.length} redriven, the others stay in the DLQ: ${reasonOf(error)}`);
  }
}
