import { randomUUID } from 'node:crypto';
import type { TestStack } from '@punctual/testkit';

/** What a journey finds in its environment: the gateway, and two people who are new each time. */
export async function journeyEnvironment(world: TestStack): Promise<Record<string, string>> {
  const provider = randomUUID();
  return {
    PUNCTUAL_URL: world.stack.addresses.urls.gateway,
    CUSTOMER_TOKEN: await world.environment.token('customer'),
    PROVIDER_TOKEN: await world.environment.token('provider', provider),
    PROVIDER_ID: provider,
  };
}
