import type { Writable } from 'node:stream';
import { busy, waitedTooLong } from './explain-failure.ts';
import { createMeter } from './meter.ts';

export type TurnLimits = {
  /** Requests in progress, of all senders together. */
  connections: number;
  /** Requests in progress, of one sender. */
  perSender: number;
  /** How many more may wait. */
  queue: number;
  /** How long each may wait while no request of its sender begins. */
  waitMs: number;
};

/** Ends a turn, with the size of the response. Only the first call counts. */
export type EndTurn = (bytes: number) => void;

/**
 * Waits until a request of this sender may go to the service, and no longer than its client.
 * @throws HttpProblem `unavailable` when too many wait, `upstream-timeout` after `waitMs` in vain
 */
export type TakeTurn = (sender: string, client: Writable) => Promise<EndTurn>;

type Waiting = { begin(): void; refuse(): void; late: NodeJS.Timeout };
type Sender = { inProgress: number; waiting: Set<Waiting> };

/**
 * Beyond so many bytes of responses per second a sender has one request in progress. Work grows
 * with the response: a page of 100 assignments costs scheduling as much as 20 single ones.
 */
const lightBytesPerSecond = 256 * 1024;

/**
 * Shares a service fairly between senders, however many requests each of them has. The next turn is
 * that of the sender with the fewest requests in progress, and in rotation among equals. When the
 * queue is full, the sender with the longest part of it loses its latest request.
 */
export function createTurns({ connections, perSender, queue, waitMs }: TurnLimits): TakeTurn {
  /** Those with requests in progress or waiting, longest without a turn first. */
  const senders = new Map<string, Sender>();
  const meter = createMeter(lightBytesPerSecond);
  let inProgress = 0;
  let waiting = 0;

  const mayBegin = (name: string, sender: Sender) =>
    inProgress < connections && sender.inProgress < (meter.isOver(name) ? 1 : perSender);

  const beginWaiting = () => {
    for (let next = nextSender(); next; next = nextSender()) {
      const [first] = next.waiting;
      first?.begin();
    }
  };
  const nextSender = (): Sender | undefined => {
    let next: Sender | undefined;
    if (waiting === 0) return next;
    for (const [name, sender] of senders) {
      if (sender.waiting.size === 0 || !mayBegin(name, sender)) continue;
      if (!next || sender.inProgress < next.inProgress) next = sender;
    }
    return next;
  };

  const begin = (name: string, sender: Sender): EndTurn => {
    inProgress += 1;
    sender.inProgress += 1;
    senders.set(name, sender);
    for (const { late } of sender.waiting) late.refresh();
    let hasEnded = false;
    return (bytes) => {
      if (hasEnded) return;
      hasEnded = true;
      inProgress -= 1;
      sender.inProgress -= 1;
      meter.add(name, bytes);
      // The last of its equals.
      senders.delete(name);
      if (sender.inProgress > 0 || sender.waiting.size > 0) senders.set(name, sender);
      beginWaiting();
    };
  };

  const forgetIdle = (name: string, sender: Sender) => {
    if (sender.inProgress === 0 && sender.waiting.size === 0) senders.delete(name);
  };

  /** Refuses a request of the sender with most of the queue, if that has more than this one. */
  const makeRoom = ({ waiting: own }: Sender): boolean => {
    const longest = [...senders.values()].reduce((one, other) => (other.waiting.size > one.waiting.size ? other : one));
    if (longest.waiting.size <= own.size + 1) return false;
    [...longest.waiting].at(-1)?.refuse();
    return true;
  };

  const wait = (name: string, sender: Sender, client: Writable): Promise<EndTurn> => {
    const { promise, resolve, reject } = Promise.withResolvers<EndTurn>();
    const stopWaiting = () => {
      waiting -= 1;
      sender.waiting.delete(self);
      client.off('close', giveUp);
      clearTimeout(self.late);
    };
    const fail = (error: Error) => {
      stopWaiting();
      forgetIdle(name, sender);
      reject(error);
    };
    const giveUp = () => fail(new Error('The client has gone.'));
    const self: Waiting = {
      begin: () => {
        stopWaiting();
        resolve(begin(name, sender));
      },
      refuse: () => fail(busy()),
      late: setTimeout(() => fail(waitedTooLong()), waitMs),
    };
    waiting += 1;
    sender.waiting.add(self);
    client.once('close', giveUp);
    return promise;
  };

  return async (name, client) => {
    if (client.destroyed) throw new Error('The client has gone.');
    const sender = senders.get(name) ?? { inProgress: 0, waiting: new Set() };
    if (mayBegin(name, sender)) return begin(name, sender);
    senders.set(name, sender);
    if (waiting < queue || makeRoom(sender)) return wait(name, sender, client);
    forgetIdle(name, sender);
    throw busy();
  };
}
