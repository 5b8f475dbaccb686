import { Readable } from 'node:stream';
import type { SpoolFile } from './spool-file.ts';

/** The service's side of a response. */
export type SpoolSource = {
  pause(): void;
  resume(): void;
  /** The client has stopped reading. */
  abort(reason: Error): void;
};

/** A response on its way from a service to a client. */
export type Spool = {
  /** The client's side. */
  readonly body: Readable;
  write(chunk: Buffer): void;
  end(): void;
};

const memoryBytes = 64 * 1024;

/**
 * Takes a response as fast as the service sends it and gives it as fast as the client reads it, so
 * that a slow client keeps no service waiting. Up to 64 KiB unread bytes stay in memory, the rest
 * goes to `file`. Only when the file is full does the source wait for the client.
 */
export function openSpool(source: SpoolSource, file: SpoolFile): Spool {
  /** Chunks that the file did not take. A paused source may still send more than one. */
  const held: Buffer[] = [];
  let writing = 0;
  let lastWrite = Promise.resolve();
  let isReading = false;
  let isEnded = false;
  // True before the first `read` too, while memory has room.
  let isWanted = true;

  const push = (chunk: Buffer | null) => {
    // First, since `push` may call `read` at once.
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
      if (!isEnded) source.abort(error ?? new Error('The client has stopped reading.'));
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
      // undici resumes with an empty chunk after a pause.
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
