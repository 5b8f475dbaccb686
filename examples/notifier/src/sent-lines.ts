import { appendFile, readFile, truncate } from 'node:fs/promises';

/** What was sent, by the id of its event. */
export type SentLines = {
  has(eventId: string): boolean;
  /** Sends the line, once: the sending and the memory of it are one write. */
  add(eventId: string, line: string): Promise<void>;
};

/** Opens the file that stands for a sender of messages: a line for each, `<id of the event> <text>`. */
export async function openSentLines(path: string): Promise<SentLines> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // Half a line is left by a crash: it was never sent, and its event comes again.
  if (whole !== text) await truncate(path, Buffer.byteLength(whole));
  const ids = new Set(whole.split('\n').map((line) => line.slice(0, line.indexOf(' '))));
  return {
    has: (eventId) => ids.has(eventId),
    add: async (eventId, line) => {
      await appendFile(path, `${eventId} ${line}\n`, { flush: true });
      ids.add(eventId);
    },
  };
}
