import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';

export type NotifierRun = {
  /** What it has printed so far. */
  output(): string;
  /** Asks it to end, and answers its exit code: null when the signal ended it. */
  end(): Promise<number | null>;
};

/** Runs a file of this example as a separate process. */
export function run(file: string, env: Record<string, string>): NotifierRun {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src', file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    output: () => output,
    end: () => {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Publishes events, or what should not be one, to the subject of their type. */
export async function publish(connection: NatsConnection, ...events: { type: string }[]): Promise<void> {
  for (const event of events) await jetstream(connection).publish(event.type, JSON.stringify(event));
}
