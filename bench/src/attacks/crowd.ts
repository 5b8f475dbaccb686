import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export type Target = { origin: string; authorization: string };

/** What each of the connections does. */
export type Manners = {
  sockets: number;
  /** What it sends at once. */
  first: string;
  /** What it sends each second from then on. */
  everySecond?: string;
  /** How many bytes it reads in a second; all of them unless given. */
  reads?: number;
};

/** How many connections have been opened, and how many the gateway has ended. */
export type Crowd = { opened: number; ended: number };

/** New connections come at this rate, below what the gateway allows webhooks of one address. */
const perSecond = 150;

/** Opens so many connections, and a new one for each that ends. Resolves when as many have been opened. */
export async function startCrowd({ origin }: Target, manners: Manners): Promise<Crowd> {
  const { hostname, port } = new URL(origin);
  const crowd: Crowd = { opened: 0, ended: 0 };
  const members = new Set<Socket>();
  const open = () => {
    const socket = connect(Number(port), hostname);
    crowd.opened += 1;
    members.add(socket);
    const behaving = behave(socket, manners);
    socket.on('error', () => undefined);
    socket.once('close', () => {
      clearInterval(behaving);
      crowd.ended += 1;
      members.delete(socket);
    });
  };
  setInterval(() => {
    for (let n = 0; n < perSecond / 10 && members.size < manners.sockets; n += 1) open();
  }, 100);
  while (crowd.opened < manners.sockets) await delay(50);
  return crowd;
}

function behave(socket: Socket, { first, everySecond = '', reads = Infinity }: Manners): NodeJS.Timeout {
  if (reads === Infinity) socket.resume();
  else socket.pause();
  socket.write(first);
  return setInterval(() => {
    if (reads > 0 && reads < Infinity) socket.read(reads);
    // A line end at least, by which a socket that nobody reads from notices that it was reset.
    socket.write(everySecond || (reads < Infinity ? '\r\n' : ''));
  }, 1_000);
}
