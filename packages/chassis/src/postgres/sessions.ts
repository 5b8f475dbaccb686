import type { ClientConfig, DatabaseError, Pool } from 'pg';
import { condemnsSession, isHiddenFault } from '../unavailable/sql-state.ts';
import type { Clients } from './clients.ts';

/**
 * The sessions of one pool. A session that was open while the database was unusable is not used
 * afterwards.
 */
export type Sessions = {
  /** The mapper's `driverOptions`: the class of clients, and a hook that gets the pool. */
  driverOptions: { Client: Clients['Client']; onPoolCreated(pool: Pool): void };
  /** Closes every session: idle ones now, the others when they are released. */
  discardAll(): void;
  /**
   * Whether a statement failed within the last 10 s for a reason that no check can see, such as a
   * full disk.
   */
  isDoubtful(): boolean;
};

/**
 * Longer than consumers pause between tries, so that readiness does not flap while the fault lasts.
 */
const doubtMs = 10_000;

/** Parameters that PostgreSQL reports unasked, at login and whenever they change. */
const readOnlyReports = ['default_transaction_read_only', 'in_hot_standby'];

/**
 * PostgreSQL keeps the settings that a session was opened with: `default_transaction_read_only`, a
 * role, a search path. So an error that is not the statement's own fault condemns all sessions open
 * at that moment. A session that is reported to be read-only is used once, so that reads are still
 * answered, and not kept.
 */
export function createSessions(Client: Clients['Client'], now: () => number = () => performance.now()): Sessions {
  let opened: Pool | undefined;
  let generation = 0;
  let lastFault = Number.NEGATIVE_INFINITY;

  const discardAll = () => {
    generation += 1;
    if (opened) discardIdle(opened);
  };
  const onError = (sqlState: string) => {
    if (condemnsSession(sqlState)) discardAll();
    if (isHiddenFault(sqlState)) lastFault = now();
  };

  class Session extends Client {
    readonly #generation = generation;
    readonly #readOnly = new Set<string>();
    #giveBack: GiveBack = () => {};

    constructor(config: ClientConfig) {
      super(config);
      // Every message of the server passes here, for every kind of query.
      const { connection } = this as unknown as { connection: ServerMessages };
      connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
        if (!readOnlyReports.includes(parameterName)) return;
        if (parameterValue === 'on') this.#readOnly.add(parameterName);
        else this.#readOnly.delete(parameterName);
      });
      // An error during login says nothing about the sessions that are open.
      connection.once('readyForQuery', () => connection.on('errorMessage', ({ code = '' }) => onError(code)));
    }

    /**
     * The pool sets it each time that it hands the session out; it is called to return the session.
     */
    set release(giveBack: GiveBack) {
      this.#giveBack = giveBack;
    }
    get release(): GiveBack {
      return (destroy) => this.#giveBack(destroy || this.#generation < generation || this.#readOnly.size > 0);
    }
  }

  return {
    driverOptions: {
      Client: Session,
      onPoolCreated: (pool) => {
        opened = pool;
      },
    },
    discardAll,
    isDoubtful: () => now() - lastFault < doubtMs,
  };
}

type GiveBack = (destroy?: Error | boolean) => void;

/** The events of `pg`'s connection, which its types leave out. */
type ServerMessages = {
  on(name: 'parameterStatus', listener: (message: { parameterName: string; parameterValue: string }) => void): void;
  on(name: 'errorMessage', listener: (message: Pick<DatabaseError, 'code'>) => void): void;
  once(name: 'readyForQuery', listener: () => void): void;
};

function discardIdle(pool: Pool): void {
  for (let left = pool.idleCount; left > 0; left -= 1) {
    // Fails only while the pool is closing, which ends all sessions anyway.
    pool.connect().then(
      (session) => session.release(true),
      () => {},
    );
  }
}
