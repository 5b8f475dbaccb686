import type { Socket } from 'node:net';
import type { Request, RequestHandler } from 'express';
import { ipKeyGenerator } from 'express-rate-limit';
import type { GatewayConfig } from '../config.ts';
import { readAddress } from './client-address.ts';
import { tooMany } from './too-many.ts';

export type Connections = {
  /** Counts a new connection. Where there are too many, an idle one is closed for it, or else itself. */
  open(socket: Socket): void;
  /** Knows from now on that the connection is busy until the response closes. */
  readonly track: RequestHandler;
  /**
   * Counts the connection of a request as its user's.
   * @throws HttpProblem `rate-limited` when this user has too many, all of them busy
   */
  identify(request: Request, userId: string): void;
};

type Connection = { socket: Socket; requests: number; user?: string; places: Map<Groups, string> };

/** More unanswered requests than that on one connection end it. Browsers and HTTP libraries send one at a time. */
const maxPipelined = 50;

/**
 * Bounds the open connections: all together, of each address, and of each user. Only idle ones give way: first the one that has waited
 * longest of those that never carried a valid token, then the one that has waited longest. So a client that fills its
 * address with idle connections or half-sent headers keeps no other client of that address out.
 * @param isProxy whether the connections from an address are those of a trusted proxy, and so of many clients
 */
export function limitConnections(config: GatewayConfig, isProxy: (address: string) => boolean): Connections {
  const known = new WeakMap<Socket, Connection>();
  const total = createGroups(config.MAX_CONNECTIONS);
  const ofAddress = createGroups(config.MAX_CONNECTIONS_PER_ADDRESS);
  const ofUser = createGroups(config.MAX_CONNECTIONS_PER_USER);

  return {
    open: (socket) => {
      const connection: Connection = { socket, requests: 0, places: new Map() };
      known.set(socket, connection);
      socket.once('close', () => leave(connection));
      const address = readAddress(socket.remoteAddress ?? '') ?? '';
      const isTaken =
        total.join('', connection) && (isProxy(address) || ofAddress.join(ipKeyGenerator(address), connection));
      if (!isTaken) socket.destroy();
    },
    track: ({ socket }, response, next) => {
      const connection = known.get(socket);
      if (!connection) return next();
      if (connection.requests >= maxPipelined) return void socket.resetAndDestroy();
      // Every limit waits for its end, and so do the streams of a long answer.
      response.setMaxListeners(20);
      connection.requests += 1;
      response.once('close', () => {
        connection.requests -= 1;
        for (const [groups, key] of connection.places) groups.moveToEnd(key, connection);
      });
      next();
    },
    identify: ({ socket }, userId) => {
      const connection = known.get(socket);
      if (!connection || connection.user === userId || isProxy(socket.remoteAddress ?? '')) return;
      ofUser.leave(connection);
      if (!ofUser.join(userId, connection))
        throw tooMany('There are too many open connections of this user.', { Connection: 'close' });
      connection.user = userId;
    },
  };
}

type Groups = ReturnType<typeof createGroups>;

/** Connections by some key, at most `max` of each; the one that has been idle longest comes first. */
function createGroups(max: number) {
  const byKey = new Map<string, Set<Connection>>();
  const self = {
    /** @returns whether there was room, or another connection gave way */
    join: (key: string, connection: Connection): boolean => {
      const group = byKey.get(key) ?? new Set();
      if (group.size >= max && !giveWay(group)) return false;
      byKey.set(key, group.add(connection));
      connection.places.set(self, key);
      return true;
    },
    leave: (connection: Connection) => {
      const key = connection.places.get(self);
      if (key === undefined) return;
      connection.places.delete(self);
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

function giveWay(group: Set<Connection>): boolean {
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
  for (const groups of [...connection.places.keys()]) groups.leave(connection);
}
