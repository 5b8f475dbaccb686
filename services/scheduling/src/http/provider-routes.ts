import { handle, type Route } from '@punctual/chassis';
import { endpoints } from '@punctual/contracts';
import type { CommandDeps } from '../commands/command.ts';
import { listFreeWindows } from '../queries/list-free-windows.ts';

/** What concerns a provider. */
export function providerRoutes(deps: CommandDeps): Route[] {
  return [
    handle(endpoints.listFreeWindows, async ({ caller, params, query }) => ({
      body: { items: await listFreeWindows(deps, caller, params.id, query) },
    })),
  ];
}
