import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** `cut-after` passes the bytes to the server and resets the connection before the answer. */
export type ChunkVerdict = 'pass' | 'cut-before' | 'cut-after';

/** A TCP proxy in front of one server, which can delay and reset connections. */
export type Link = {
  /** The server's URL as seen through the link. */
  url: string;
  /** Delays every chunk in both directions. */
  delay(ms: number): void;
  judge(verdict: (chunk: Buffer) => ChunkVerdict): void;
  /** Where new connections lead from now on; undefined refuses them. */
  lead(serverUrl: string | undefined): void;
  /** Passes nothing on, in neither direction, until it is healed: connections stay open, and later get it all. */
  hold(): void;
  /** Resets this share of the connections. */
  reset(share?: number): void;
  /** Ends delays, cuts and holds. */
  heal(): void;
  close(): void;
};

const pass = (): ChunkVerdict => 'pass';

export async function openLink(serverUrl: string): Promise<Link> {
  let target: URL | undefined = new URL(serverUrl);
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let delayMs = 0;
  let verdict: (chunk: Buffer) => ChunkVerdict = pass;
  let isHeld = false;

  const server = createServer((near) => {
    if (!target) return void near.resetAndDestroy();
    const far = connect({ host: target.hostname, port: Number(target.port) });
    const pair = { near, far };
    pairs.add(pair);
    const cut = () => resetPair(pair);
    carry(
      near,
      far,
      () => delayMs,
      (chunk) => verdict(chunk),
      cut,
    );
    carry(far, near, () => delayMs, pass, cut);
    for (const socket of [near, far]) {
      if (isHeld) socket.pause();
      socket.setNoDelay(true);
      socket.on('error', cut);
      socket.on('close', () => {
        pairs.delete(pair);
        near.end();
        far.end();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(serverUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    delay: (ms) => {
      delayMs = ms;
    },
    judge: (wanted) => {
      verdict = wanted;
    },
    lead: (other) => {
      target = other === undefined ? undefined : new URL(other);
    },
    hold: () => {
      isHeld = true;
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.pause();
    },
    reset: (share = 1) => {
      for (const pair of [...pairs].slice(0, Math.ceil(pairs.size * share))) resetPair(pair);
    },
    heal: () => {
      delayMs = 0;
      verdict = pass;
      isHeld = false;
      for (const { near, far } of pairs) for (const socket of [near, far]) socket.resume();
    },
    close: () => {
      server.close();
      for (const pair of pairs) resetPair(pair);
    },
  };
}

function resetPair({ near, far }: { near: Socket; far: Socket }): void {
  reset(near);
  reset(far);
}

/**
 * Resetting a socket that is shutting down fails and leaves a handle that keeps the process busy.
 */
function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}

/** Keeps chunks in order while the delay changes. */
function carry(
  from: Socket,
  to: Socket,
  delayMs: () => number,
  verdict: (chunk: Buffer) => ChunkVerdict,
  cut: () => void,
): void {
  let latest = Promise.resolve();
  let waiting = 0;
  const deliver = (chunk: Buffer) => {
    const judged = verdict(chunk);
    if (judged === 'cut-before') return cut();
    to.write(chunk);
    // Reset only towards the service, so that the server still reads the chunk.
    if (judged === 'cut-after') reset(from);
  };
  from.on('data', (chunk: Buffer) => {
    const ms = delayMs();
    if (ms === 0 && waiting === 0) return deliver(chunk);
    waiting += 1;
    const due = new Promise<void>((resolve) => setTimeout(resolve, ms));
    latest = latest
      .then(() => due)
      .then(() => {
        waiting -= 1;
        deliver(chunk);
      });
  });
  from.on('end', () => void latest.then(() => to.end()));
}
