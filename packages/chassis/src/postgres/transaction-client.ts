import type { ClientConfig, QueryResult } from 'pg';
import { failpoint } from '../process/failpoint.ts';
import { SessionClient } from './session-client.ts';
import { beginAnywhere } from './session-settings.ts';
import type { PostgresUrl } from './url.ts';

const nothing = { command: '', rowCount: null, rows: [] };

/**
 * A connection that spares round trips: `begin` waits for the first statement of its transaction and goes with it, and a `commit` that went
 * with the last statement ({@link commitWith}) is not sent again. Several statements sent as one answer with the rows of all, in order.
 */
export class TransactionClient extends SessionClient {
  readonly #beginAnywhere: string;
  #begins = false;
  #committed = false;

  constructor(url: PostgresUrl, { types }: Pick<ClientConfig, 'types'>) {
    super(url, { config: { types } });
    this.#beginAnywhere = beginAnywhere(url.options);
  }

  // One signature for the many of `pg`: whatever else is asked for is passed on as it came.
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

/** A statement that is prepared under a name is not there in the next session. */
function isNamed(sent: unknown): sent is { name: string } {
  return typeof sent === 'object' && sent !== null && 'name' in sent;
}
