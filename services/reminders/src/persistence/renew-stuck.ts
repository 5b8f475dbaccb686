import { setTimeout as delay } from 'node:timers/promises';
import type { Lifecycle, Logger } from '@punctual/chassis';
import type { MongoClient, ServerHeartbeatStartedEvent } from 'mongodb';

const againAfterMs = 1_000;

/**
 * Reconnects when the driver's heartbeat has not ended within `withinMs`. The driver can wait for
 * ever: a write to a socket that is destroyed but not reported as closed, as when the server goes
 * away, neither succeeds nor fails nor times out (mongodb 7.9, `Connection.writeCommand`). Without
 * another heartbeat the store would stay unavailable.
 */
export function renewStuck(
  client: MongoClient,
  { withinMs, logger, lifecycle }: { withinMs: number; logger: Logger; lifecycle: Lifecycle },
): void {
  const heartbeats = new Map<string, NodeJS.Timeout>();
  let renewing = false;

  const ended = (address: string) => {
    clearTimeout(heartbeats.get(address));
    heartbeats.delete(address);
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
        // watch-store.ts logs why it cannot connect.
        await delay(againAfterMs);
      }
    }
    renewing = false;
  };
  const started = ({ connectionId: address }: ServerHeartbeatStartedEvent) => {
    ended(address);
    const giveUp = () => {
      heartbeats.delete(address);
      logger.warn({ address }, 'the MongoDB driver is stuck; reconnecting');
      renew();
    };
    heartbeats.set(address, setTimeout(giveUp, withinMs).unref());
  };
  client.on('serverHeartbeatStarted', started);
  client.on('serverHeartbeatSucceeded', ({ connectionId }) => ended(connectionId));
  client.on('serverHeartbeatFailed', ({ connectionId }) => ended(connectionId));
  client.on('serverClosed', ({ address }) => ended(address));
}
