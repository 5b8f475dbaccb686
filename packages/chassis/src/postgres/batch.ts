import { type Connection, type CustomTypesConfig, Result, type Submittable } from 'pg';
import type { PreparedStatements } from './prepared-statements.ts';
import { numbered, type Statement, toText } from './statement.ts';

export type BatchOptions = {
  types: CustomTypesConfig;
  /** Those of the connection; undefined where the session is shared. */
  prepared: PreparedStatements | undefined;
  /** Without rows, the server need not describe them. */
  rows: boolean;
};

type Done = (error: Error | null, results?: Result[]) => void;
type Sent = { sql: string; values: (string | null)[]; result: Result };

/**
 * Several statements in one message to PostgreSQL: one round trip, and parameters that travel apart
 * from the text. PostgreSQL runs them in order. After one that fails it skips the others.
 *
 * `pg` sends each query with its own `Sync`, and so waits for each; it takes an object like this in
 * place of a query (as `pg-cursor` is one).
 */
export class Batch implements Submittable {
  callback: Done;
  readonly #options: BatchOptions;
  readonly #sent: Sent[];
  #at = 0;
  #unreadable: Error | undefined;

  constructor(statements: readonly Statement[], options: BatchOptions, done: Done) {
    this.#options = options;
    this.#sent = statements.map(([sql, parameters]) => ({
      sql,
      values: parameters.map(toText),
      result: new Result('', options.types as never),
    }));
    this.callback = done;
  }

  /** What telemetry reports. */
  get text(): string {
    return this.#sent.map(({ sql }) => numbered(sql)).join('; ');
  }

  submit(connection: Connection): void {
    const { prepared, rows } = this.#options;
    // One packet for all of it.
    connection.stream.cork();
    try {
      for (const { sql, values } of this.#sent) {
        const { name, isNew, mayExist } = prepared?.use(sql) ?? unnamed;
        if (mayExist) connection.close({ type: 'S', name }, true);
        if (isNew) connection.parse({ name, text: numbered(sql), types: [] }, true);
        connection.bind({ statement: name, values }, true);
        if (rows) connection.describe({ type: 'P' }, true);
        connection.execute(null, true);
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  // Called by `pg` for each message of the server.

  handleRowDescription({ fields }: { fields: never[] }): void {
    (this.#current as unknown as PgResult).addFields(fields);
  }

  handleDataRow({ fields }: { fields: never[] }): void {
    if (!this.#options.rows) return;
    try {
      this.#current.rows.push((this.#current as unknown as PgResult).parseRow(fields));
    } catch (error) {
      this.#unreadable ??= error as Error;
    }
  }

  handleCommandComplete(message: object): void {
    (this.#current as unknown as PgResult).addCommandComplete(message);
    this.#at += 1;
  }

  handleEmptyQuery(): void {
    this.#at += 1;
  }

  handleError(error: Error): void {
    this.#options.prepared?.doubt(this.#sent.slice(this.#at).map(({ sql }) => sql));
    this.callback(error);
  }

  handleReadyForQuery(): void {
    if (this.#unreadable) this.callback(this.#unreadable);
    else
      this.callback(
        null,
        this.#sent.map(({ result }) => result),
      );
  }

  get #current(): Result {
    const current = this.#sent[this.#at];
    if (!current) throw new Error('PostgreSQL answered more statements than it was sent');
    return current.result;
  }
}

const unnamed = { name: '', isNew: true, mayExist: false };

/** What `pg` does not declare of its results. */
type PgResult = {
  addFields(fields: never[]): void;
  parseRow(fields: never[]): object;
  addCommandComplete(message: object): void;
};
