import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, createQueue } from '@punctual/client';

/** What the program gets as its only argument. */
export type QueueProgram = {
  url: string;
  token: string;
  userId: string;
  /** Where intents are stored. */
  folder: string;
  /** The assignments to confirm; without any it only sends what is stored. */
  confirm: { id: string; ifMatch: number }[];
};

/** An app with a queue in files. Prints a line for each stored intent and each outcome. */
async function run({ url, token, userId, folder, confirm }: QueueProgram): Promise<void> {
  const queue = createQueue({
    client: createClient({ url, token: () => token }),
    userId,
    // Not atomic, on purpose.
    storage: {
      getItem: (key) => readFile(join(folder, key), 'utf8').catch(() => null),
      setItem: (key, value) => writeFile(join(folder, key), value),
    },
    onOutcome: ({ kind, intent }) => say({ kind, id: intent.input.params?.id }),
  });
  for (const { id, ifMatch } of confirm) {
    await queue.add('confirmSchedule', { params: { id }, ifMatch });
    say({ kind: 'STORED', id });
  }
  await queue.flush();
  say({ kind: 'FLUSHED', left: (await queue.pending()).length });
}

const say = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);

await run(JSON.parse(process.argv[2] ?? ''));
