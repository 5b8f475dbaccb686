import { Client, type QueryResult } from 'pg';
import { failpoint } from '../process/failpoint.ts';

const nothing = { command: '', rowCount: null, rows: [] };

/**
 * A connection that spares round trips: `begin` waits for the first statement of its transaction and goes with it, and a `commit` that went
 * with the last statement ({@link commitWith}) is not sent again. Several statements sent as one answer with the rows of all, in order.
 */
export class TransactionClient extends Client {
  #begins = false;
  #committed = false;

  // One signature for the many of `pg`: whatever else is asked for is passed on as it came.
  override query(...sent: unknown[]): never {
    const [text, parameters] = sent;
    if (typeof text !== 'string' || typeof sent.at(-1) === 'function')
      return super.query(...(sent as [string])) as never;
    return this.#send(text, parameters as unknown[] | undefined) as never;
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
    // With parameters only one statement can be sent at a time.
    if (begins && parameters.length > 0) await super.query('begin');
    const whole = begins && parameters.length === 0 ? `begin; ${text}` : text;
    const commits = text.endsWith('commit');
    if (commits) await failpoint('before-commit');
    const results = [await super.query(whole, parameters)].flat();
    if (commits) await failpoint('after-commit');
    this.#committed = !ends && results.at(-1)?.command === 'COMMIT';
    const last = results.findLast(({ command }) => command !== 'COMMIT') ?? nothing;
    return results.length > 1 ? { ...last, rows: results.flatMap(({ rows }) => rows) } : last;
  }
}
