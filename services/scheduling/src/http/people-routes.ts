import { handle, type Route } from '@punctual/chassis';
import { endpoints } from '@punctual/contracts';
import type { CommandDeps } from '../commands/command.ts';
import { erasePerson } from '../commands/erase-person.ts';
import { getErasure } from '../queries/get-erasure.ts';
import { toHandled } from './to-handled.ts';

/** What concerns a person: the erasure of their texts. */
export function peopleRoutes(deps: CommandDeps): Route[] {
  return [
    handle(endpoints.erasePerson, async (request) => {
      const { params, body } = request;
      return toHandled(await erasePerson(deps, request, { personId: params.id, ...body }));
    }),
    handle(endpoints.getErasure, async ({ caller, params, query }) => ({
      body: await getErasure(deps, caller, { personId: params.id, ...query }),
    })),
  ];
}
