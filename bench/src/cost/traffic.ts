import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readSockets, type Socket } from './sockets.ts';

const run = promisify(execFile);

/** What one part has written to sockets that lead to another. */
export type Written = { writes: number; bytes: number };

/** By `from → to`, since the parts were started. */
export type Traffic = Record<string, Written>;

/** A part of the product: the process that listens on a port, and its children. */
export type Part = { pid: number; port: number };

/** Who sends requests to the gateway, and is not measured. */
export const app = 'app';

const pollMs = 1_000;

/** @throws when no process of this machine listens on one of the ports */
export async function findParts(ports: Readonly<Record<string, number>>): Promise<Record<string, Part>> {
  const listening = await sockets('-l');
  return Object.fromEntries(
    Object.entries(ports).map(([name, port]) => {
      const pid = listening.find((each) => each.port === port)?.pid;
      if (pid === undefined) throw new Error(`${name} is no process of this machine: nothing listens on port ${port}`);
      return [name, { pid, port }];
    }),
  );
}

/**
 * Follows the connections between the parts, so that those count that are closed meanwhile. What one
 * carried in its last second may be missing.
 */
export function watchTraffic(parts: Readonly<Record<string, Part>>, gateway: string) {
  const seen = new Map<string, { edge: string } & Written>();
  const look = async () => {
    const open = await sockets();
    const edgeOf = edges(parts, gateway, open);
    for (const socket of open) {
      const edge = seen.get(socket.cookie)?.edge ?? edgeOf(socket);
      if (edge) seen.set(socket.cookie, { edge, writes: socket.writes, bytes: socket.bytes });
    }
  };
  let last = look();
  const next = () => {
    last = last.then(look);
    return last;
  };
  const timer = setInterval(next, pollMs);
  return {
    now: async (): Promise<Traffic> => {
      await next();
      const traffic: Traffic = {};
      for (const { edge, writes, bytes } of seen.values()) {
        const sum = traffic[edge] ?? { writes: 0, bytes: 0 };
        traffic[edge] = { writes: sum.writes + writes, bytes: sum.bytes + bytes };
      }
      return traffic;
    },
    stop: async () => {
      clearInterval(timer);
      await last;
    },
  };
}

/** Returns which parts a socket connects; undefined if one end is no part. */
function edges(parts: Readonly<Record<string, Part>>, gateway: string, open: readonly Socket[]) {
  const byPort = new Map(Object.entries(parts).map(([name, { port }]) => [port, name]));
  const byPid = new Map(Object.entries(parts).map(([name, { pid }]) => [pid, name]));
  const pids = new Map(open.map(({ port, peerPort, pid }) => [`${port} ${peerPort}`, pid]));
  const nameOf = (port: number | undefined, pid: number | undefined) =>
    byPort.get(port ?? Number.NaN) ?? byPid.get(pid ?? Number.NaN);
  return ({ port, peerPort, pid }: Socket): string | undefined => {
    const from = nameOf(port, pid);
    const to = nameOf(peerPort, pids.get(`${peerPort} ${port}`));
    if (from === gateway && port === parts[gateway]?.port) return `${from} → ${to ?? app}`;
    if (to === gateway && peerPort === parts[gateway]?.port) return `${from ?? app} → ${to}`;
    return from && to && `${from} → ${to}`;
  };
}

async function sockets(...options: string[]): Promise<Socket[]> {
  const { stdout } = await run('ss', ['-HtnpieO', ...options], { maxBuffer: 64 * 1024 * 1024 });
  return readSockets(stdout);
}
