import { currentTraceparent, outboxInsert } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import {
  type CommandRequest,
  claimKey,
  commitWith,
  erasureInsert,
  inTransaction,
  keepAnswer,
  latestErasure,
} from '@punctual/chassis/postgres';
import { type Erasure, makePersonErased } from '@punctual/contracts';
import { formatInstant } from '../domain/format-time.ts';
import { type CommandDeps, type Outcome, recall, requireMatch } from './command.ts';

/**
 * Records that the texts of a person are to be erased, and publishes it. A job erases those of this service, `person.erased` has the
 * others erase theirs. May be repeated: texts that were written since go, too.
 * @throws DomainError `forbidden`
 */
export async function erasePerson(
  deps: CommandDeps,
  request: CommandRequest,
  { personId, reason }: { personId: string; reason: string },
): Promise<Outcome> {
  const outcome = await inTransaction(deps.database, async (em): Promise<Outcome> => {
    const { caller } = request;
    const claimed = await claimKey(em, request);
    if (!caller.roles.includes('ops')) throw new DomainError('forbidden', 'Only ops erases a person.');
    const before = recall(claimed);
    if (before) return before;
    requireMatch(request, undefined);
    const number = ((await latestErasure(em, personId))?.number ?? 0) + 1;
    const at = formatInstant(deps.now());
    const event = makePersonErased({
      id: deps.newId(),
      sequence: number,
      data: { personId, at },
      traceparent: currentTraceparent(),
    });
    const body: Erasure = { personId, service: 'scheduling', at, finishedAt: null, erased: {}, left: null };
    await commitWith(em, [
      erasureInsert({ personId, number, at, requestedBy: caller.id, reason }),
      outboxInsert(event),
      ...(claimed ? [keepAnswer(claimed, { body })] : []),
    ]);
    return { body };
  });
  deps.relay.wake();
  return outcome;
}
