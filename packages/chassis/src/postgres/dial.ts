import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { readTls, type TlsSettings, verification } from './tls-settings.ts';
import type { PostgresHost } from './url.ts';

/** A host and its use of TLS. `offered`: TLS if the host offers it, else in the clear. */
export type DialRoute = PostgresHost & { tls: 'never' | 'offered' | 'always' };

/** PostgreSQL's SSLRequest message. */
const sslRequest = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);

/**
 * Opens a socket to PostgreSQL, with TLS as the URL requires, ready for the startup message.
 * @param signal destroys the socket, with its reason
 * @throws Error with the reason, and the code of the network or of TLS
 */
export async function dial(route: DialRoute, settings: TlsSettings, signal: AbortSignal): Promise<Socket | TLSSocket> {
  const { host, port, tls } = route;
  const socket = await openSocket(route, signal);
  if (tls === 'never' || host.startsWith('/')) return socket;
  if (!settings.direct && !(await offersTls(socket, signal))) {
    if (tls === 'offered') return socket;
    socket.destroy();
    throw new Error(`${host}:${port} does not offer TLS, which sslmode=${settings.mode} asks for`);
  }
  try {
    return await encrypt(socket, route, settings, signal);
  } catch (error) {
    socket.destroy();
    if (tls === 'offered' && !signal.aborted) return dial({ ...route, tls: 'never' }, settings, signal);
    throw describe(error, `TLS to ${host}:${port} failed`);
  }
}

async function openSocket({ host, port }: DialRoute, signal: AbortSignal): Promise<Socket> {
  const socket = host.startsWith('/')
    ? connectSocket({ path: `${host}/.s.PGSQL.${port}` })
    : connectSocket({ host, port, noDelay: true, keepAlive: true });
  // `until` reports errors. One that comes while nothing waits must not end the process.
  socket.on('error', () => {});
  await until(socket, 'connect', signal);
  return socket;
}

async function offersTls(socket: Socket, signal: AbortSignal): Promise<boolean> {
  socket.write(sslRequest);
  const [answer] = await until<[Buffer]>(socket, 'data', signal);
  // More than one byte before TLS begins would be from a man in the middle (CVE-2021-23222).
  const reply = answer.length === 1 ? answer.toString('latin1') : '';
  if (reply === 'S' || reply === 'N') return reply === 'S';
  socket.destroy();
  throw new Error('The server did not answer the request for TLS as PostgreSQL does');
}

async function encrypt(
  socket: Socket,
  { host }: DialRoute,
  settings: TlsSettings,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secure = connectTls({
    socket,
    ...(isIP(host) === 0 && { servername: host }),
    ...(settings.direct && { ALPNProtocols: ['postgresql'] }),
    ...readTls(settings),
    ...verification(settings, host),
  }).on('error', () => {});
  await until(secure, 'secureConnect', signal);
  return secure;
}

/** Waits for an event of a socket, which is destroyed when an error or the signal comes first. */
async function until<Args extends unknown[]>(socket: Socket, event: string, signal: AbortSignal): Promise<Args> {
  const { promise, resolve, reject } = Promise.withResolvers<Args>();
  const onEvent = (...args: unknown[]) => resolve(args as Args);
  const onClose = () => reject(Object.assign(new Error('The connection was closed'), { code: 'ECONNRESET' }));
  const onAbort = () => reject(signal.reason);
  socket.once(event, onEvent).once('error', reject).once('close', onClose);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await promise;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.off(event, onEvent).off('error', reject).off('close', onClose);
    signal.removeEventListener('abort', onAbort);
  }
}

function describe(error: unknown, what: string): unknown {
  if (!(error instanceof Error)) return error;
  error.message = `${what}: ${error.message}`;
  return error;
}
