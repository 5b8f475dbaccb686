import { DiscardPolicy, type JetStreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { streams as contracted } from '@punctual/contracts';
import { StreamSettings } from './stream-settings.ts';

const duplicateWindowMs = 10 * 60_000;
const dayMs = 86_400_000;
/** Replays and advisories are read within seconds. */
const shortDays = 7;
/** Who did what is asked long after the events are gone. */
const auditDays = 730;

const advisories = '$JS.EVENT.ADVISORY.CONSUMER';

/** The contract's streams, and those that only services and ops use. */
const definitions = {
  ...contracted,
  /** Messages that ops gives again to one consumer, which the subject names. */
  REPLAY: { subjects: ['replay.>'] },
  /** JetStream's reports of messages that it will not deliver again. */
  ADVISORY: { subjects: [`${advisories}.MAX_DELIVERIES.>`, `${advisories}.MSG_TERMINATED.>`] },
  /** What people did on the pages of the console. */
  AUDIT: { subjects: ['audit.>'] },
} as const;

export type DeclaredStream = keyof typeof definitions;
export const declaredStreams = Object.keys(definitions) as DeclaredStream[];

export type StreamDeclaration = ReturnType<typeof declarationOf>;

/**
 * The configuration of a stream. A full stream refuses new messages (`discard: new`), and their
 * outbox keeps them: discarding old ones would drop events that a consumer has not read. ADVISORY
 * is the exception: nothing publishes an advisory again. Nothing in AUDIT can be deleted.
 */
export function declarationOf(name: DeclaredStream, settings: StreamSettings) {
  const isAudit = name === 'AUDIT';
  return {
    subjects: [...definitions[name].subjects] as string[],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    discard: name === 'ADVISORY' ? DiscardPolicy.Old : DiscardPolicy.New,
    duplicate_window: nanos(duplicateWindowMs),
    num_replicas: settings.STREAM_REPLICAS,
    max_age: nanos(daysOf(name, settings) * dayMs),
    max_bytes: settings.STREAM_MAX_BYTES,
    deny_delete: isAudit,
    deny_purge: isAudit,
  };
}

function daysOf(name: DeclaredStream, { STREAM_MAX_AGE_DAYS: days }: StreamSettings): number {
  if (name === 'AUDIT') return Math.max(auditDays, days);
  return name === 'REPLAY' || name === 'ADVISORY' ? Math.min(shortDays, days) : days;
}

/**
 * Creates the streams that are missing and leaves the others as they are. Only ops (`ops streams
 * apply`) and tests do this: no service may create a stream.
 * @param settings those of a development stack when left out
 */
export async function declareStreams(
  { manager }: { manager: JetStreamManager },
  names: readonly DeclaredStream[],
  settings: StreamSettings = StreamSettings.parse({}),
): Promise<void> {
  for (const name of names) {
    const exists = await manager.streams.info(name).then(
      () => true,
      () => false,
    );
    if (!exists) await manager.streams.add({ name, ...declarationOf(name, settings) });
  }
}
