import { type Lifecycle, type Logger, logOutage } from '@punctual/chassis';
import type { MongoClient, TopologyDescriptionChangedEvent } from 'mongodb';

/** Logs once when no server is writable, with the reason, and once when one is again. */
export function watchStore(
  client: MongoClient,
  { logger, lifecycle, onAway }: { logger: Logger; lifecycle: Lifecycle; onAway?: (() => void) | undefined },
): void {
  const outage = logOutage(logger, {
    away: 'MongoDB is away',
    back: 'MongoDB is back',
    fields: { server: serverOf(client) },
  });
  client.on('topologyDescriptionChanged', ({ newDescription }: TopologyDescriptionChangedEvent) => {
    const servers = [...newDescription.servers.values()];
    if (servers.some(({ isWritable }) => isWritable)) return outage.back();
    onAway?.();
    // Without an error we are connecting or closing, or an election is under way.
    const error = servers.find((server) => server.error)?.error;
    if (error && !lifecycle.signal.aborted) outage.away(error);
  });
}

/** The address of the store, without credentials. */
export function serverOf({ options: { srvHost, hosts } }: MongoClient): string {
  return srvHost ?? hosts.join(',');
}
