import type { ClusterInfo } from '@nats-io/jetstream';

/** A replica elects another leader after four seconds of silence at the earliest. */
const leaseMs = 3_000;
const nanosPerMs = 1e6;

/**
 * Returns what JetStream says of a stream or consumer, if its leader says it. In a cluster a replica
 * without a leader answers as well, and a leader that was cut off does for ten seconds, while the
 * others have elected another one. Both may lack what was acknowledged since (ADR 0042).
 * @throws NoLeader; ask again
 */
export function fromLeader<Info extends { cluster?: ClusterInfo }>(info: Info): Info {
  const { cluster } = info;
  if (cluster && !isLeading(cluster)) throw new NoLeader();
  return info;
}

export class NoLeader extends Error {
  override name = 'NoLeader';
  override message = 'JetStream has no leader here that reaches most of the replicas';
}

/** Whether the leader has heard from a majority, itself included, too recently for them to elect another one. */
function isLeading({ leader, replicas: others = [] }: ClusterInfo): boolean {
  if (!leader) return false;
  // Zero: never heard of.
  const inTouch = others.filter(({ active }) => active > 0 && active < leaseMs * nanosPerMs);
  return 1 + inTouch.length > (1 + others.length) / 2;
}
