import { Readable } from 'node:stream';
import type { SpoolFile } from './spool-file.ts';

/** Where the bytes come from. */
export type Source = {
  pause(): void;
  resume(): void;
  /** Nobody reads on. */
  abort(reason: Error): void;
};

/** An answer on its way to a client, in between service and client. */
export type Spool = {
  /** What the client reads. */
  readonly body: Readable;
  write(chunk: Buffer): void;
  end(): void;
};

const memoryBytes = 64 * 1024;

/**
 * Takes an answer as fast as it comes and hands it on as fast as it is read, so that a slow client keeps no service waiting. The first
 * 64 KiB that are not read yet stay in memory, the rest goes to `file`. Only when that takes no more, the source waits for the
 * client.
 */
export function openSpool(source: Source, file: SpoolFile): Spool {
  /** What the file did not take. A source that has ended may send more than one chunk though it is paused. */
  const held: Buffer[] = [];
  let writing = 0;
  let lastWrite = Promise.resolve();
  let isReading = false;
  let isEnded = false;
  // Before the first `read` too, up to what fits in memory.
  let isWanted = true;

  const push = (chunk: Buffer | null) => {
    // First, since `push` may ask for more at once.
    isWanted = false;
    if (body.push(chunk)) isWanted = true;
  };
  const handOn = () => {
    if (!isWanted || isReading || body.destroyed) return;
    if (file.size > 0) {
      isReading = true;
      file.take().then(
        (piece) => {
          isReading = false;
          push(piece);
          handOn();
        },
        (error) => body.destroy(error),
      );
    } else if (held[0]) {
      push(held.shift() ?? null);
      if (held.length === 0) source.resume();
    } else if (isEnded && writing === 0) push(null);
  };

  const body = new Readable({
    highWaterMark: memoryBytes,
    read: () => {
      isWanted = true;
      handOn();
    },
    destroy: (error, done) => {
      if (!isEnded) source.abort(error ?? new Error('Nobody reads on.'));
      file.close().then(() => done(error), done);
    },
  });
  const store = async (chunk: Buffer) => {
    if (held.length > 0 || !(await file.append(chunk))) held.push(chunk);
    else source.resume();
    writing -= 1;
    handOn();
  };
  return {
    body,
    write: (chunk) => {
      // As undici goes on after a pause.
      if (chunk.length === 0) return;
      const isBehind = file.size > 0 || isReading || writing > 0 || held.length > 0;
      if (isWanted && !isBehind) return push(chunk);
      source.pause();
      writing += 1;
      lastWrite = lastWrite.then(() => store(chunk));
    },
    end: () => {
      isEnded = true;
      handOn();
    },
  };
}
