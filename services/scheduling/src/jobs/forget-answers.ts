import type { CommandDeps } from '../commands/command.ts';
import { forgetAnswers as deleteAnswers } from '../persistence/idempotency.ts';

/** Deletes the kept answers whose time is over; they count no longer even before. */
export async function forgetAnswers({ database, now, idempotencyKeptHours }: CommandDeps): Promise<void> {
  await deleteAnswers(database.fork(), now().subtract({ hours: idempotencyKeptHours }));
}
