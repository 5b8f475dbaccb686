import { type Lifecycle, type Logger, logOutage } from '@punctual/chassis';
import type { MongoClient, TopologyDescriptionChangedEvent } from 'mongodb';

/** Logs once that no server can be written to and why, and once that one can again. */
export function watchStore(client: MongoClient, { logger, lifecycle }: { logger: Logger; lifecycle: Lifecycle }): void {
  const outage = logOutage(logger, {
    away: 'MongoDB is away',
    back: 'MongoDB is back',
    fields: { server: serverOf(client) },
  });
  client.on('topologyDescriptionChanged', ({ newDescription }: TopologyDescriptionChangedEvent) => {
    const servers = [...newDescription.servers.values()];
    if (servers.some(({ isWritable }) => isWritable)) return outage.back();
    // Without an error it is our own connecting or closing, or an election that may be over in a moment.
    const error = servers.find((server) => server.error)?.error;
    if (error && !lifecycle.signal.aborted) outage.away(error);
  });
}

/** Where the store is, without credentials. */
export function serverOf({ options: { srvHost, hosts } }: MongoClient): string {
  return srvHost ?? hosts.join(',');
}
