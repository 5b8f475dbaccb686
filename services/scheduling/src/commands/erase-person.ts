import type { HandlerResponse } from '@punctual/chassis';
import { formatInstant } from '@punctual/chassis';
import {
  type CommandRequest,
  erasureInsert,
  executeCommand,
  outboxInsert,
  selectLatestErasure,
} from '@punctual/chassis/postgres';
import type { ErasePersonBody, Erasure } from '@punctual/contracts';
import { personErased } from '../messaging/events.ts';
import type { SchedulingDeps } from './deps.ts';

/**
 * Records that the texts of a person are to be erased, and publishes it. A job erases those of this
 * service; `person.erased` has the others erase theirs. May be repeated: texts written since are
 * then erased too.
 */
export function erasePerson(
  deps: SchedulingDeps,
  request: CommandRequest & { params: { id: string }; body: ErasePersonBody },
): Promise<HandlerResponse> {
  const { caller, params, body } = request;
  const personId = params.id;
  return executeCommand(deps, request, {
    load: {
      read: [selectLatestErasure(personId)],
      toState: ([[latest]]: [{ number: number }[]]) => ({ number: (latest?.number ?? 0) + 1 }),
    },
    // The endpoint is for ops.
    authorize: () => undefined,
    version: () => undefined,
    decide: ({ state: { number }, now, newId }) => {
      const at = formatInstant(now);
      const erasure: Erasure = { personId, service: 'scheduling', at, finishedAt: null, erased: {}, left: null };
      return {
        response: { body: erasure },
        writes: [
          erasureInsert({ personId, number, at, requestedBy: caller.id, reason: body.reason }),
          outboxInsert(personErased(newId(), { personId, number, at })),
        ],
      };
    },
  });
}
