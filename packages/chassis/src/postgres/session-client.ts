import { Client, type ClientConfig } from 'pg';
import { isUnavailable } from '../unavailable/is-unavailable.ts';
import type { Route } from './dial.ts';
import { RoutedConnection } from './routed-connection.ts';
import { type Settings, sessionSettings, startupSettings } from './session-settings.ts';
import type { PostgresUrl } from './url.ts';

export type SessionOptions = {
  /** Beside {@link sessionSettings}; not in force where the session is shared. */
  settings?: Settings;
  /** Where the URL names none. */
  applicationName?: string;
  config?: Pick<ClientConfig, 'types' | 'query_timeout'>;
};

/**
 * A connection as a URL asks for it: to the first of its hosts that can be reached and is what `target_session_attrs` says, with TLS as in
 * `sslmode`, within `connect_timeout`, and with the settings that the code relies on.
 */
export class SessionClient extends Client {
  readonly #url: PostgresUrl;
  readonly #routes: readonly Route[];
  readonly #settings: Settings;
  readonly #giveUp = new AbortController();
  #isShared = false;

  constructor(url: PostgresUrl, { settings, applicationName, config }: SessionOptions = {}, routes = routesOf(url)) {
    super({
      ...config,
      user: url.user,
      password: url.password(),
      database: url.database ?? url.user,
      application_name: url.applicationName ?? applicationName,
      options: url.options,
      ssl: false,
      enableChannelBinding: url.tls.channelBinding !== 'disable',
      connection: new RoutedConnection(url.tls),
    } as ClientConfig);
    this.#url = url;
    this.#routes = routes;
    this.#settings = { ...sessionSettings(url.options), ...settings };
  }

  /** Whether a pooler stands between, which may run each transaction in another session: nothing that belongs to a session is kept. */
  get isShared(): boolean {
    return this.#isShared;
  }

  override connect(): Promise<this>;
  override connect(callback: (error?: Error) => void): void;
  override connect(callback?: (error?: Error) => void): Promise<this> | undefined {
    const connected = this.#connect();
    if (!callback) return connected;
    connected.then(() => callback(), callback);
    return undefined;
  }

  /** What goes into the startup message. */
  getStartupConf(): Settings {
    return { ...(super['getStartupConf' as never] as () => Settings).call(this), ...startupSettings };
  }

  /** Ends it at once, connected or not, whatever it waits for. */
  abandon(reason: Error = new Error('The connection was given up')): void {
    this.#giveUp.abort(reason);
  }

  async #connect(): Promise<this> {
    const route = await this.#choose();
    (this.connection as RoutedConnection).take(route, this.#giveUp.signal);
    const { connectTimeoutMs } = this.#url;
    const timer = setTimeout(() => this.abandon(timedOut(route, connectTimeoutMs)), connectTimeoutMs);
    // Whoever connects is told by the promise, and not again by an event.
    const onError = () => {};
    this.on('error', onError);
    try {
      await super.connect();
      await this.#openSession(route);
      this.off('error', onError);
      return this;
    } catch (error) {
      this.abandon();
      throw unableToConnect(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The first that suits, found with a connection of its own, since a client connects only once. */
  async #choose(): Promise<Route> {
    const [only, ...others] = this.#routes;
    if (only && others.length === 0) return only;
    const reasons: unknown[] = [];
    for (const route of this.#routes) {
      this.#giveUp.signal.throwIfAborted();
      const probe = new SessionClient(this.#url, {}, [route]);
      const abandon = () => probe.abandon();
      this.#giveUp.signal.addEventListener('abort', abandon);
      try {
        await probe.connect();
        await probe.end();
        return route;
      } catch (error) {
        reasons.push(error);
      } finally {
        this.#giveUp.signal.removeEventListener('abort', abandon);
      }
    }
    const messages = reasons.map((reason) => (reason instanceof Error ? reason.message : String(reason)));
    throw new AggregateError(reasons, `None of the servers can be used: ${messages.join('; ')}`);
  }

  /** One round trip. The process that a pooler names at login is none of PostgreSQL's. */
  async #openSession({ host, port }: Route): Promise<void> {
    const isOwn = `pg_backend_pid() = ${(this as unknown as { processID: number | null }).processID ?? 0}`;
    const set = Object.entries(this.#settings).map(
      ([name, value]) => `set_config('${name}', '${value}', not ${isOwn})`,
    );
    const { rows } = await queryPatiently(() =>
      super.query<Session>(
        `select ${isOwn} as "isOwn", pg_is_in_recovery() as "isStandby",
          current_setting('transaction_read_only') = 'on' as "isReadOnly", ${set.join(', ')}`,
      ),
    );
    const session = rows[0] as Session;
    this.#isShared = !session.isOwn;
    const { targetSessionAttrs } = this.#url;
    const suits =
      targetSessionAttrs === 'any' || !(targetSessionAttrs === 'primary' ? session.isStandby : session.isReadOnly);
    if (suits) return;
    throw Object.assign(new Error(`${host}:${port} is not ${targetSessionAttrs}`), { code: readOnlyTransaction });
  }
}

/** Whatever kept a connection from being made, it says nothing of what was to be asked over it. */
function unableToConnect(error: unknown): unknown {
  if (!(error instanceof Error) || isUnavailable(error)) return error;
  return Object.assign(new Error(error.message, { cause: error }), { code: unableToEstablish });
}

type Session = { isOwn: boolean; isStandby: boolean; isReadOnly: boolean };

const readOnlyTransaction = '25006';
const queryCanceled = '57014';
const unableToEstablish = '08001';

/** A role's `statement_timeout` counts until another one is set. What comes first is an answer, or `connect_timeout`. */
async function queryPatiently<T>(query: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await query();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code !== queryCanceled) throw error;
    }
  }
}

function routesOf({ hosts, tls: { mode } }: PostgresUrl): Route[] {
  const tries: Route['tls'][] =
    mode === 'disable'
      ? ['never']
      : mode === 'allow'
        ? ['never', 'always']
        : [mode === 'prefer' ? 'offered' : 'always'];
  return hosts.flatMap((host) => tries.map((tls) => ({ ...host, tls })));
}

function timedOut({ host, port }: Route, ms: number): Error {
  return Object.assign(new Error(`${host}:${port} accepted no connection within ${ms / 1_000} s`), {
    code: 'ETIMEDOUT',
  });
}
