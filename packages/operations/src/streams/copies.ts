import { DiscardPolicy, type JetStreamManager, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import { type DeclaredStream, declarationOf, originCreated, type StreamSettings, streamInfo } from '@punctual/chassis';
import type { Nats } from '../nats.ts';

/** Streams with copies: those whose positions others keep. */
export const copiedStreams = ['SCHEDULE', 'REMINDER', 'PAYOUT'] as const satisfies readonly DeclaredStream[];
export type CopiedStream = (typeof copiedStreams)[number];

/** Who reads copies of which streams, each in a separate account (`deploy/nats/users.conf`). */
const readers = {
  gateway: ['SCHEDULE', 'REMINDER', 'PAYOUT'],
  notifier: ['SCHEDULE', 'REMINDER'],
} as const satisfies Record<string, readonly CopiedStream[]>;

/**
 * Creates missing mirrors, updates those that differ, and replaces those of a stream that was
 * declared again or lost its end since: a mirror does not follow a stream whose sequences restarted.
 * A server without the accounts has no copies; there everyone reads the streams.
 * @returns a line for each change
 */
export async function applyCopies(nats: Nats, settings: StreamSettings): Promise<string[]> {
  const changes: string[] = [];
  for (const [reader, names] of Object.entries(readers)) {
    const manager = await managerOfCopies(nats, reader);
    for (const name of names) {
      const origin = await infoOf(nats.manager, name);
      if (origin === undefined || origin === 'no account') continue;
      const copy = await infoOf(manager, name);
      if (copy === 'no account') break;
      const wanted = { ...copyOf(reader, name, settings), metadata: { [originCreated]: beganAt(origin) } };
      const isOfAnother = copy !== undefined && !isOf(copy, origin);
      if (isOfAnother) await manager.streams.delete(name);
      if (!copy || isOfAnother) {
        await manager.streams.add({ name, ...wanted });
        changes.push(`${name} for ${reader}: ${copy ? 'copy replaced' : 'copy created'}`);
      } else if (
        copy.config.num_replicas !== wanted.num_replicas ||
        copy.config.max_age !== wanted.max_age ||
        copy.config.max_bytes !== wanted.max_bytes ||
        copy.config.metadata?.[originCreated] === undefined
      ) {
        await manager.streams.update(name, wanted);
        changes.push(`${name} for ${reader}: updated`);
      }
    }
  }
  return changes;
}

/** The copies of a stream that exist and are of this very stream, each with the manager that reads it. */
export async function copiesOf(nats: Nats, origin: StreamInfo) {
  const found: { copy: StreamInfo; manager: JetStreamManager }[] = [];
  for (const reader of Object.keys(readers)) {
    const manager = await managerOfCopies(nats, reader);
    const copy = await infoOf(manager, origin.config.name);
    if (copy === 'no account') return [];
    if (copy !== undefined && isOf(copy, origin)) found.push({ copy, manager });
  }
  return found;
}

function managerOfCopies({ connection }: Nats, reader: string): Promise<JetStreamManager> {
  return jetstreamManager(connection, { checkAPI: false, apiPrefix: `COPIES.${reader}.API` });
}

/** Whether the sequences of a copy are those of the stream. */
function isOf(copy: StreamInfo, origin: StreamInfo): boolean {
  const { [originCreated]: began = beganAt(origin) } = copy.config.metadata ?? {};
  return Date.parse(copy.created) >= Date.parse(origin.created) && began === beganAt(origin);
}

/** When its sequences began, as JetStream or the loss check has written it. */
function beganAt({ created, config }: StreamInfo): string {
  return config.metadata?.[originCreated] ?? created;
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
