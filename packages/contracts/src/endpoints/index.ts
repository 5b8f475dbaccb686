import { assignmentEndpoints } from './assignments.ts';
import { changeEndpoints } from './changes.ts';
import { documentationEndpoints } from './documentation.ts';
import type { EndpointDefinition, Named } from './endpoint.ts';
import { jobEndpoints } from './jobs.ts';
import { opsEndpoints } from './ops.ts';
import { payoutAccountEndpoints } from './payout-accounts.ts';
import { payoutEndpoints } from './payouts.ts';
import { peopleEndpoints } from './people.ts';
import { providerEndpoints } from './providers.ts';
import { reminderEndpoints } from './reminders.ts';

export { type Deprecation, tags } from './endpoint.ts';
export { explanationParts } from './ops.ts';

export type Endpoint = EndpointDefinition & { readonly name: string };

/**
 * The whole API, by the name of each operation. Params, query and body types are `z.infer` of the
 * entry's schemas.
 */
export const endpoints = named({
  ...jobEndpoints,
  ...assignmentEndpoints,
  ...changeEndpoints,
  ...reminderEndpoints,
  ...providerEndpoints,
  ...payoutEndpoints,
  ...payoutAccountEndpoints,
  ...opsEndpoints,
  ...peopleEndpoints,
  ...documentationEndpoints,
});

export type EndpointName = keyof typeof endpoints;

function named<T extends Record<string, EndpointDefinition>>(definitions: T): Named<T> {
  return Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [name, { name, ...definition }]),
  ) as Named<T>;
}
