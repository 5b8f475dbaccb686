import { appendFile, readFile, rename, truncate, writeFile } from 'node:fs/promises';

/** A message to send: the event that ordered it and when, whom it is about, and its text. */
export type Line = { eventId: string; time: string; people: readonly string[]; text: string };

/** What was sent, by the id of its event. */
export type SentLines = {
  has(eventId: string): boolean;
  /** Sends the line, once: sending it and remembering it are one write. */
  add(line: Line): Promise<void>;
  /**
   * Erases the text of every line about a person that was ordered before `at`, also of those that
   * are added later. The ids of their events stay, so that none of them is sent again.
   */
  erase(erasure: { personId: string; at: string }): Promise<void>;
};

const erasedText = '[erased]';
/** Stands where a line has the id of its event. */
const erasureMark = 'person.erased';

/**
 * Opens the file that stands for a sender of messages. It has a line for each message,
 * `<id of the event> <time> <people> <text>`, and one for each erasure,
 * `person.erased <at> <person>`.
 */
export async function openSentLines(path: string): Promise<SentLines> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  // A crash leaves half a line. It was never sent, and its event comes again.
  if (whole !== text) await truncate(path, Buffer.byteLength(whole));
  let lines = whole.split('\n').filter((line) => line !== '');
  const ids = new Set(lines.map((line) => line.split(' ')[0] ?? ''));
  const erasedAt = new Map(
    lines
      .filter((line) => line.startsWith(`${erasureMark} `))
      .map((line) => [line.split(' ')[2] ?? '', line.split(' ')[1] ?? '']),
  );

  const isErased = (time: string, people: readonly string[]) =>
    people.some((person) => time < (erasedAt.get(person) ?? ''));
  const withoutErased = (line: string) => {
    const [id, time = '', people = ''] = line.split(' ');
    return id !== erasureMark && isErased(time, people.split(',')) ? `${id} ${time} - ${erasedText}` : line;
  };
  let writing = Promise.resolve();
  const inTurn = (write: () => Promise<void>) => {
    const done = writing.then(write);
    writing = done.catch(() => undefined);
    return done;
  };

  return {
    has: (eventId) => ids.has(eventId),
    add: ({ eventId, time, people, text }) =>
      inTurn(async () => {
        const line = withoutErased(`${eventId} ${time} ${people.join(',')} ${text}`);
        await appendFile(path, `${line}\n`, { flush: true });
        lines.push(line);
        ids.add(eventId);
      }),
    erase: ({ personId, at }) =>
      inTurn(async () => {
        if (at <= (erasedAt.get(personId) ?? '')) return;
        erasedAt.set(personId, at);
        const kept = [...lines.map(withoutErased), `${erasureMark} ${at} ${personId}`];
        // All of it or nothing: a crash must not leave a part of the file.
        await writeFile(`${path}.new`, `${kept.join('\n')}\n`, { flush: true });
        await rename(`${path}.new`, path);
        lines = kept;
      }),
  };
}
