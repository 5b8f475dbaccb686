import type { Socket } from 'node:net';
import { Connection } from 'pg';
import { type DialRoute, dial } from './dial.ts';
import type { TlsSettings } from './tls-settings.ts';

/** What `pg` does not declare of its connections. */
interface Undeclared {
  stream: Socket;
  _connecting: boolean;
  _ending: boolean;
  attachListeners(socket: Socket): void;
}

/**
 * Speaks `pg`'s protocol over a socket that {@link dial} opens: `pg` alone has no sslmode `prefer`,
 * and verifies a server that is named by its IP address as `localhost`.
 */
export class RoutedConnection extends Connection {
  readonly #settings: TlsSettings;
  #route: DialRoute | undefined;
  #signal = new AbortController().signal;

  constructor(settings: TlsSettings) {
    super();
    this.#settings = settings;
    if (settings.channelBinding === 'require') this.#requireChannelBinding();
  }

  /** Sets where to connect to. The signal ends the connection, also while it is being made. */
  take(route: DialRoute, signal: AbortSignal): void {
    this.#route = route;
    this.#signal = signal;
  }

  /** Called by `pg`, which sends its startup message on the event `connect`. */
  connect(): void {
    const route = this.#route;
    if (!route) throw new Error('A routed connection has no route');
    dial(route, this.#settings, this.#signal).then(
      (socket) => this.#use(socket),
      (error) => this.emit('error', error),
    );
  }

  #use(socket: Socket): void {
    const connection = this as unknown as Undeclared;
    connection.stream = socket;
    connection._connecting = true;
    connection.attachListeners(socket);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isExpected = connection._ending && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
      if (!isExpected) this.emit('error', error);
    });
    socket.on('close', () => this.emit('end'));
    const onAbort = () => socket.destroy(this.#signal.reason);
    this.#signal.addEventListener('abort', onAbort, { once: true });
    this.emit('connect');
  }

  /**
   * `pg` binds SCRAM to its channel only if the server supports it; this refuses a server that does
   * not.
   */
  #requireChannelBinding(): void {
    let isBound = false;
    const check = () => {
      const error = new Error('The server does not bind SCRAM to its channel, which channel_binding=require asks for');
      if (!isBound) this.stream.destroy(error);
    };
    this.on('authenticationSASL', ({ mechanisms }: { mechanisms: string[] }) => {
      isBound = mechanisms.includes('SCRAM-SHA-256-PLUS');
      check();
    });
    for (const other of ['authenticationCleartextPassword', 'authenticationMD5Password', 'authenticationOk'])
      this.on(other, check);
  }
}
