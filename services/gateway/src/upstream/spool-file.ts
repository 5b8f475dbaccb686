import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '@punctual/chassis';

/** A queue of bytes on disk. */
export type SpoolFile = {
  /** Bytes that have not been taken. */
  readonly size: number;
  /** Resolves with false when there is no room, or the file cannot be written. */
  append(chunk: Buffer): Promise<boolean>;
  /** Takes the next bytes, at most 64 KiB. */
  take(): Promise<Buffer>;
  close(): Promise<void>;
};

const pieceBytes = 64 * 1024;

/**
 * Creates spool files that hold at most `maxBytes` in total. They have no name, so none outlives
 * the process.
 */
export function createSpoolFiles({ logger, maxBytes }: { logger: Logger; maxBytes: number }): () => SpoolFile {
  let used = 0;
  let isBroken = false;

  return () => {
    let file: FileHandle | undefined;
    let written = 0;
    let taken = 0;
    let last: Promise<unknown> = Promise.resolve();
    const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
      const result = last.then(run);
      last = result.catch(() => undefined);
      return result;
    };
    const rewind = () => {
      used -= written;
      written = 0;
      taken = 0;
    };
    return {
      get size() {
        return written - taken;
      },
      append: (chunk) =>
        inTurn(async () => {
          if (used + chunk.length > maxBytes) return false;
          used += chunk.length;
          try {
            file ??= await openUnnamed();
            await file.write(chunk, 0, chunk.length, written);
          } catch (error) {
            used -= chunk.length;
            if (!isBroken) logger.warn({ err: error }, 'Unread responses cannot be spooled to disk');
            isBroken = true;
            return false;
          }
          written += chunk.length;
          return true;
        }),
      take: () =>
        inTurn(async () => {
          const piece = Buffer.allocUnsafe(Math.min(pieceBytes, written - taken));
          const { bytesRead = 0 } = (await file?.read(piece, 0, piece.length, taken)) ?? {};
          if (bytesRead < piece.length) throw new Error('A spool file is shorter than it was.');
          taken += bytesRead;
          if (taken === written) rewind();
          return piece;
        }),
      close: () =>
        inTurn(async () => {
          rewind();
          await file?.close();
        }),
    };
  };
}

async function openUnnamed(): Promise<FileHandle> {
  const path = join(tmpdir(), `punctual-unread-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}
