import type { ClientConfig, QueryResult } from 'pg';
import { failpoint } from '../process/failpoint.ts';
import { SessionClient } from './session-client.ts';
import { beginAnywhere } from './session-settings.ts';
import type { PostgresUrl } from './url.ts';

const nothing = { command: '', rowCount: null, rows: [] };

/**
 * A connection that saves round trips: `begin` is sent with the first statement of its transaction,
 * and a `commit` that was sent with the last statement ({@link commitWith}) is not sent again.
 * Several statements sent as one return all rows, in order.
 */
export class TransactionClient extends SessionClient {
  readonly #beginAnywhere: string;
  #begins = false;
  #committed = false;

  constructor(url: PostgresUrl, { types }: Pick<ClientConfig, 'types'>) {
    super(url, { config: { types } });
    this.#beginAnywhere = beginAnywhere(url.options);
  }

  // One signature for `pg`'s overloads: other forms are passed on unchanged.
  override query(...sent: unknown[]): never {
    const [text, parameters, ...others] = sent;
    if (typeof text === 'string' && typeof sent.at(-1) !== 'function')
      return this.#send(text, parameters as unknown[] | undefined) as never;
    const first = isNamed(text) && this.isShared ? { ...text, name: undefined } : text;
    return super.query(...([first, parameters, ...others] as unknown[] as [string])) as never;
  }

  async #send(text: string, parameters: unknown[] = []): Promise<Pick<QueryResult, 'rows'>> {
    if (text === 'begin') {
      this.#begins = true;
      return nothing;
    }
    const ends = text === 'commit' || text === 'rollback';
    if (ends && (this.#begins || this.#committed)) {
      this.#begins = this.#committed = false;
      return nothing;
    }
    const begins = this.#begins;
    this.#begins = false;
    const begin = this.isShared ? this.#beginAnywhere : 'begin';
    // With parameters only one statement can be sent at a time.
    if (begins && parameters.length > 0) await super.query(begin);
    const whole = begins && parameters.length === 0 ? `${begin}; ${text}` : text;
    const commits = text.endsWith('commit');
    if (commits) await failpoint('before-commit');
    const results = [await super.query(whole, parameters)].flat();
    if (commits) await failpoint('after-commit');
    this.#committed = !ends && results.at(-1)?.command === 'COMMIT';
    const last = results.findLast(({ command }) => command !== 'COMMIT') ?? nothing;
    return results.length > 1 ? { ...last, rows: results.flatMap(({ rows }) => rows) } : last;
  }
}

/**
 * A prepared statement belongs to its session, so it must not have a name where the session is
 * shared.
 */
function isNamed(sent: unknown): sent is { name: string } {
  return typeof sent === 'object' && sent !== null && 'name' in sent;
}
