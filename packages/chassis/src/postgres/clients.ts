import type { ClientConfig } from 'pg';
import { TransactionClient } from './transaction-client.ts';
import type { PostgresUrl } from './url.ts';

export type Clients = { Client: new (config: ClientConfig) => TransactionClient; abandon(): void };

/**
 * Makes the class of a pool's clients, which connect as the URL says, and `abandon`, which destroys
 * all of them.
 */
export function clientsOf(url: PostgresUrl): Clients {
  const open = new Set<TransactionClient>();
  class PoolClient extends TransactionClient {
    constructor({ types }: ClientConfig) {
      super(url, { types });
      open.add(this);
      this.once('end', () => open.delete(this));
    }
  }
  const abandon = () => {
    for (const client of open) client.abandon();
  };
  return { Client: PoolClient, abandon };
}
