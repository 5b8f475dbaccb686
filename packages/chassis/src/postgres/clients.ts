import type { ClientConfig, QueryResult } from 'pg';
import { Batch } from './batch.ts';
import { createPreparedStatements } from './prepared-statements.ts';
import { SessionClient } from './session-client.ts';
import { beginAnywhere } from './session-settings.ts';
import type { Statement } from './statement.ts';
import type { PostgresUrl } from './url.ts';

export type Clients = { Client: new (config: ClientConfig) => PoolClient; abandon(): void };

/** A connection of the pool. */
export class PoolClient extends SessionClient {
  readonly #beginAnywhere: readonly string[];
  readonly #prepared = createPreparedStatements();

  constructor(url: PostgresUrl, { types }: Pick<ClientConfig, 'types'>) {
    super(url, { config: { types } });
    this.#beginAnywhere = beginAnywhere(url.options);
  }

  /** The statements that begin a transaction here. */
  get begin(): readonly string[] {
    return this.isShared ? this.#beginAnywhere : ['begin'];
  }

  /**
   * Runs statements in one message; a result for each.
   * @param rows whether their rows are wanted
   */
  batch(statements: readonly Statement[], rows: boolean): Promise<QueryResult[]> {
    // A prepared statement belongs to its session, so nothing is prepared where that is shared.
    const prepared = this.isShared ? undefined : this.#prepared;
    return new Promise((resolve, reject) => {
      const done = (error: Error | null, results: QueryResult[] = []) => (error ? reject(error) : resolve(results));
      this.query(new Batch(statements, { types: this, prepared, rows }, done));
    });
  }
}

/**
 * Makes the class of a pool's clients, which connect as the URL says, and `abandon`, which destroys
 * all of them.
 */
export function clientsOf(url: PostgresUrl): Clients {
  const open = new Set<PoolClient>();
  class Client extends PoolClient {
    constructor({ types }: ClientConfig) {
      super(url, { types });
      open.add(this);
      this.once('end', () => open.delete(this));
    }
  }
  const abandon = () => {
    for (const client of open) client.abandon();
  };
  return { Client, abandon };
}
