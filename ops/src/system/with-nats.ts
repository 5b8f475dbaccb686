import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { reasonOf } from '@punctual/chassis';
import type { Nats as Connected } from '@punctual/operations';
import type { System } from './find-system.ts';

export type Nats = Connected & { address: string };

/**
 * Connects for as long as `work` takes.
 * @throws Error when NATS cannot be reached, or what `work` throws
 */
export async function withNats<T>(system: System, work: (nats: Nats) => Promise<T>): Promise<T> {
  const options = system.nats();
  // It is printed, so without a password.
  const address = options.servers.map((server) => server.replace(/^([a-z]*:\/\/)?.*@/, '$1')).join(',');
  // A NATS user may subscribe only to inboxes with its own name.
  const inboxPrefix = options.user && `_INBOX.${options.user}`;
  const connection = await connect({
    ...options,
    ...(inboxPrefix && { inboxPrefix }),
    name: 'ops',
    timeout: 5_000,
  }).catch((error: unknown) => {
    throw new Error(`Cannot reach NATS at ${address}: ${reasonOf(error)}`);
  });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    return await work({ connection, jetstream: jetstream(connection), manager, address });
  } finally {
    await connection.close();
  }
}
