import { Client, type ClientConfig } from 'pg';
import { isUnavailable } from '../unavailable/is-unavailable.ts';
import type { DialRoute } from './dial.ts';
import { observeStatements } from './observe-statements.ts';
import { RoutedConnection } from './routed-connection.ts';
import { type SessionSettings, sessionSettings, startupSettings } from './session-settings.ts';
import type { PostgresUrl } from './url.ts';

export type SessionOptions = {
  /** In addition to {@link sessionSettings}; not in force where the session is shared. */
  settings?: SessionSettings;
  /** Used when the URL has none. */
  applicationName?: string;
  config?: Pick<ClientConfig, 'types' | 'query_timeout'>;
};

/**
 * Connects to the first host of a URL that can be reached and satisfies `target_session_attrs`,
 * with TLS by `sslmode`, within `connect_timeout`, and with the settings that the code relies on.
 */
export class SessionClient extends Client {
  readonly #url: PostgresUrl;
  readonly #routes: readonly DialRoute[];
  readonly #settings: SessionSettings;
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
    observeStatements(this);
  }

  /**
   * Whether a pooler may run each transaction in another session, so that no state of a session
   * lasts.
   */
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

  /** Overrides `pg`'s: the parameters of the startup message. */
  getStartupConf(): SessionSettings {
    return { ...(super['getStartupConf' as never] as () => SessionSettings).call(this), ...startupSettings };
  }

  /** Destroys the connection at once, also while it is being made. */
  abandon(reason: Error = new Error('The connection was given up')): void {
    this.#giveUp.abort(reason);
  }

  async #connect(): Promise<this> {
    const route = await this.#choose();
    (this.connection as RoutedConnection).take(route, this.#giveUp.signal);
    const { connectTimeoutMs } = this.#url;
    const timer = setTimeout(() => this.abandon(timedOut(route, connectTimeoutMs)), connectTimeoutMs);
    // The promise reports a failure to connect; an event would end the process.
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

  /** Finds the first suitable route by a probe connection, since a client can connect only once. */
  async #choose(): Promise<DialRoute> {
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

  /**
   * One round trip. A pooler is known by the process id it reports at login, which is not the
   * backend's.
   */
  async #openSession({ host, port }: DialRoute): Promise<void> {
    const isOwn = `pg_backend_pid() = ${(this as unknown as { processID: number | null }).processID ?? 0}`;
    const set = Object.entries(this.#settings).map(
      ([name, value]) => `set_config('${name}', '${value}', not ${isOwn})`,
    );
    const { rows } = await queryPatiently(() =>
      this.query<Session>(
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

/** Marks any failure to connect as `unavailable`: it cannot be the fault of the statement. */
function unableToConnect(error: unknown): unknown {
  if (!(error instanceof Error) || isUnavailable(error)) return error;
  return Object.assign(new Error(error.message, { cause: error }), { code: unableToEstablish });
}

type Session = { isOwn: boolean; isStandby: boolean; isReadOnly: boolean };

const readOnlyTransaction = '25006';
const queryCanceled = '57014';
const unableToEstablish = '08001';

/**
 * Repeats the query while the role's own `statement_timeout` cancels it. `connect_timeout` bounds
 * the repetition.
 */
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

function routesOf({ hosts, tls: { mode } }: PostgresUrl): DialRoute[] {
  const tries: DialRoute['tls'][] =
    mode === 'disable'
      ? ['never']
      : mode === 'allow'
        ? ['never', 'always']
        : [mode === 'prefer' ? 'offered' : 'always'];
  return hosts.flatMap((host) => tries.map((tls) => ({ ...host, tls })));
}

function timedOut({ host, port }: DialRoute, ms: number): Error {
  return Object.assign(new Error(`${host}:${port} accepted no connection within ${ms / 1_000} s`), {
    code: 'ETIMEDOUT',
  });
}
