import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Request } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { Config } from '../config.ts';
import { type ClientAddresses, readAddress } from './client-address.ts';
import { rateLimited } from './rate-limited.ts';

export type Connections = {
  /** How many are open. */
  count(): number;
  /** Counts a new connection. Beyond a limit, closes an idle one for it, or else the new one. */
  open(socket: Socket): void;
  /**
   * Counts a request of its connection until the response closes.
   * @returns whether it gets one; false when the connection is ending
   */
  admit(request: IncomingMessage, response: ServerResponse): boolean;
  /**
   * Makes this the last response of its connection. Requests that were pipelined behind it are
   * ignored. A trusted proxy's connection stays open.
   */
  closeAfter(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Counts the connection of a request as busy until it closes, for a stream that takes it over. A
   * further request on it resets it.
   * @returns false when the connection has other requests
   */
  takeOver(request: IncomingMessage): boolean;
  /**
   * Counts the connection of a request as its user's.
   * @throws HttpProblem `rate-limited` when the user has too many and all are busy
   */
  identify(request: Request, userId: string): void;
};

type Connection = {
  socket: Socket;
  requests: number;
  isEnding: boolean;
  isTakenOver: boolean;
  user?: string;
  groups: Map<Groups, string>;
};

/** Unanswered requests of one connection. Browsers and HTTP libraries send one at a time. */
const maxPipelined = 10;

/**
 * Bounds the open connections: in total, of each address, and of each user. Beyond a limit, the
 * longest idle connection is closed, first among those that never carried a valid token. So a
 * client that fills its address with idle connections or half-sent headers locks out no other
 * client of that address.
 */
export function limitConnections(config: Config, { isProxy }: ClientAddresses): Connections {
  const known = new WeakMap<Socket, Connection>();
  const total = createGroups(config.MAX_CONNECTIONS);
  const ofAddress = createGroups(config.MAX_CONNECTIONS_PER_ADDRESS);
  const ofUser = createGroups(config.MAX_CONNECTIONS_PER_USER);

  return {
    count: () => total.size(''),
    open: (socket) => {
      const connection: Connection = { socket, requests: 0, isEnding: false, isTakenOver: false, groups: new Map() };
      known.set(socket, connection);
      socket.once('close', () => leave(connection));
      const address = readAddress(socket.remoteAddress ?? '') ?? '';
      const isTaken =
        total.join('', connection) && (isProxy(address) || ofAddress.join(ipKeyGenerator(address), connection));
      if (!isTaken) socket.destroy();
    },
    admit: ({ socket }, response) => {
      const connection = known.get(socket);
      if (!connection) return true;
      if (connection.isEnding) return false;
      if (connection.isTakenOver || connection.requests >= maxPipelined) {
        connection.isEnding = true;
        socket.resetAndDestroy();
        return false;
      }
      // Every limit listens for its end, and so do the streams of a long response.
      response.setMaxListeners(20);
      connection.requests += 1;
      response.once('close', () => {
        connection.requests -= 1;
        for (const [groups, key] of connection.groups) groups.moveToEnd(key, connection);
      });
      return true;
    },
    closeAfter: ({ socket }, response) => {
      const connection = known.get(socket);
      if (!connection || isProxy(socket.remoteAddress ?? '')) return;
      connection.isEnding = true;
      response.setHeader('Connection', 'close');
    },
    takeOver: ({ socket }) => {
      const connection = known.get(socket);
      if (!connection || connection.requests > 1) return false;
      connection.isTakenOver = true;
      connection.requests += 1;
      return true;
    },
    identify: ({ socket }, userId) => {
      const connection = known.get(socket);
      if (!connection || connection.user === userId || isProxy(socket.remoteAddress ?? '')) return;
      ofUser.leave(connection);
      if (!ofUser.join(userId, connection))
        throw rateLimited('You have too many open connections.', { Connection: 'close' });
      connection.user = userId;
    },
  };
}

type Groups = ReturnType<typeof createGroups>;

/** Connections by key, at most `max` of each, with the longest idle one first. */
function createGroups(max: number) {
  const byKey = new Map<string, Set<Connection>>();
  const self = {
    /** @returns whether there was room, or an idle connection was closed for it */
    join: (key: string, connection: Connection): boolean => {
      const group = byKey.get(key) ?? new Set();
      if (group.size >= max && !closeIdle(group)) return false;
      byKey.set(key, group.add(connection));
      connection.groups.set(self, key);
      return true;
    },
    size: (key: string): number => byKey.get(key)?.size ?? 0,
    leave: (connection: Connection) => {
      const key = connection.groups.get(self);
      if (key === undefined) return;
      connection.groups.delete(self);
      const group = byKey.get(key);
      group?.delete(connection);
      if (group?.size === 0) byKey.delete(key);
    },
    moveToEnd: (key: string, connection: Connection) => {
      const group = byKey.get(key);
      if (group?.delete(connection)) group.add(connection);
    },
  };
  return self;
}

function closeIdle(group: Set<Connection>): boolean {
  let victim: Connection | undefined;
  for (const connection of group) {
    if (connection.requests > 0) continue;
    victim ??= connection;
    if (connection.user !== undefined) continue;
    victim = connection;
    break;
  }
  if (!victim) return false;
  leave(victim);
  victim.socket.destroy();
  return true;
}

function leave(connection: Connection): void {
  for (const groups of [...connection.groups.keys()]) groups.leave(connection);
}
