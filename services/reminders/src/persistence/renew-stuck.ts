import { setTimeout as delay } from 'node:timers/promises';
import type { Lifecycle, Logger } from '@punctual/chassis';
import type { MongoClient, ServerHeartbeatStartedEvent } from 'mongodb';

const againAfterMs = 1_000;

/**
 * Connects anew when the driver's look at a server has not ended within `withinMs`. The driver can wait for ever: what it writes to a
 * socket that is destroyed and has not said yet that it is closed, as when the server goes away, neither succeeds nor fails nor
 * times out (mongodb 7.9, `Connection.writeCommand`). Nothing would look at the server again, and the store would stay away.
 */
export function renewStuck(
  client: MongoClient,
  { withinMs, logger, lifecycle }: { withinMs: number; logger: Logger; lifecycle: Lifecycle },
): void {
  const looks = new Map<string, NodeJS.Timeout>();
  let renewing = false;

  const ended = (address: string) => {
    clearTimeout(looks.get(address));
    looks.delete(address);
  };
  const renew = async () => {
    if (renewing) return;
    renewing = true;
    while (!lifecycle.signal.aborted) {
      try {
        await client.close();
        await client.connect();
        break;
      } catch {
        // What keeps it from connecting is in the log already (watch-store.ts).
        await delay(againAfterMs);
      }
    }
    renewing = false;
  };
  const started = ({ connectionId: address }: ServerHeartbeatStartedEvent) => {
    ended(address);
    const giveUp = () => {
      looks.delete(address);
      logger.warn({ address }, 'the driver is stuck; connecting to the store anew');
      renew();
    };
    looks.set(address, setTimeout(giveUp, withinMs).unref());
  };
  client.on('serverHeartbeatStarted', started);
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => ended(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => ended(connectionId));
  client.on('serverClosed', ({ address }) => ended(address));
}
