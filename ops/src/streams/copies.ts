import { DiscardPolicy, type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { type DeclaredStream, declarationOf, originCreated, type StreamSettings, streamInfo } from '@punctual/chassis';
import type { Nats } from '../system/with-nats.ts';

/** Who reads copies of which streams, each in a separate account (`deploy/nats/users.conf`). */
const readers = {
  gateway: ['SCHEDULE', 'REMINDER', 'PAYOUT'],
  notifier: ['SCHEDULE', 'REMINDER'],
} as const satisfies Record<string, readonly DeclaredStream[]>;

/**
 * Creates missing mirrors, updates those that differ, and replaces those of a stream that was
 * declared again since: a mirror does not follow a stream whose sequences restarted. A server
 * without the accounts has no copies; there everyone reads the streams.
 * @returns a line for each change
 */
export async function applyCopies(nats: Nats, settings: StreamSettings): Promise<string[]> {
  const changes: string[] = [];
  for (const [reader, names] of Object.entries(readers)) {
    const manager = await jetstreamManager(nats.connection, { checkAPI: false, apiPrefix: `COPIES.${reader}.API` });
    for (const name of names) {
      const origin = await infoOf(nats.manager, name);
      if (origin === undefined || origin === 'no account') continue;
      const copy = await infoOf(manager, name);
      if (copy === 'no account') break;
      const wanted = { ...copyOf(reader, name, settings), metadata: { [originCreated]: origin.created } };
      const isOlder = copy !== undefined && Date.parse(copy.created) < Date.parse(origin.created);
      if (isOlder) await manager.streams.delete(name);
      if (!copy || isOlder) {
        await manager.streams.add({ name, ...wanted });
        changes.push(`${name} for ${reader}: ${copy ? 'copy replaced' : 'copy created'}`);
      } else if (
        copy.config.num_replicas !== wanted.num_replicas ||
        copy.config.max_age !== wanted.max_age ||
        copy.config.max_bytes !== wanted.max_bytes ||
        copy.config.metadata?.[originCreated] !== origin.created
      ) {
        await manager.streams.update(name, wanted);
        changes.push(`${name} for ${reader}: updated`);
      }
    }
  }
  return changes;
}

/** A full copy drops its oldest message: it must not fall behind, and the stream keeps them. */
function copyOf(reader: string, name: DeclaredStream, settings: StreamSettings) {
  const { storage, num_replicas, max_age, max_bytes } = declarationOf(name, settings);
  const external = { api: 'ORIGIN.API', deliver: `copies.${reader}` };
  return { mirror: { name, external }, storage, num_replicas, max_age, max_bytes, discard: DiscardPolicy.Old };
}

async function infoOf(manager: JetStreamManager, name: string) {
  try {
    return await streamInfo({ manager }, name);
  } catch (error) {
    // The client's error when no account answers.
    if (error instanceof Error && error.name === 'JetStreamNotEnabled') return 'no account';
    throw error;
  }
}
