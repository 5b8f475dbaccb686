import { declareConsumers, type StreamSettings } from '@punctual/chassis';
import type { Nats } from '../system/with-nats.ts';
import { applyCopies } from './copies.ts';

/**
 * Declares what reads the streams: the services' consumers, and the copies for other readers.
 * @returns a line for each change
 */
export async function declareReaders(nats: Nats, settings: StreamSettings): Promise<string[]> {
  return [...(await declareConsumers(nats.manager)), ...(await applyCopies(nats, settings))];
}
