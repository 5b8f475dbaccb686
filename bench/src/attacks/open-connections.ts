import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type Target = { origin: string; authorization: string };

/** What each connection of an attack does. */
export type AttackShape = {
  sockets: number;
  /** Sent at once. */
  first: string;
  /** Sent every second from then on. */
  everySecond?: string;
  /** How many bytes it reads per second; all of them by default. */
  reads?: number;
};

/** How many connections were opened, and how many of them the gateway ended. */
export type AttackCounts = { opened: number; ended: number };

/** An attacker's CPU is recorded, and burnt by the control, in slices of this length. */
export const sliceMs = 50;

/** New connections per second: fewer than the webhooks that the gateway allows one address. */
const perSecond = 150;

/** Opens connections, and a new one for each that ends. Resolves when all have been opened. */
export async function openConnections({ origin }: Target, shape: AttackShape): Promise<AttackCounts> {
  const { hostname, port } = new URL(origin);
  const counts: AttackCounts = { opened: 0, ended: 0 };
  const open = new Set<Socket>();
  const openOne = () => {
    const socket = connect(Number(port), hostname);
    counts.opened += 1;
    open.add(socket);
    const attacking = attack(socket, shape);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearInterval(attacking);
      counts.ended += 1;
      open.delete(socket);
    });
  };
  setInterval(() => {
    for (let n = 0; n < perSecond / 10 && open.size < shape.sockets; n += 1) openOne();
  }, 100);
  while (counts.opened < shape.sockets) await delay(50);
  return counts;
}

function attack(socket: Socket, { first, everySecond = '', reads = Infinity }: AttackShape): NodeJS.Timeout {
  if (reads === Infinity) socket.resume();
  else socket.pause();
  socket.write(first);
  return setInterval(() => {
    if (reads > 0 && reads < Infinity) socket.read(reads);
    // At least a line end: a socket that is not read from notices a reset only when it writes.
    socket.write(everySecond || (reads < Infinity ? '\r\n' : ''));
  }, 1_000);
}
