import { declareConsumers, type StreamSettings } from '@punctual/chassis';
import type { Nats } from '../nats.ts';
import { applyCopies } from './copies.ts';

/**
 * Declares the readers of the streams: the services' consumers, and the copies for everyone else.
 * @returns a line for each change
 */
export async function declareReaders(nats: Nats, settings: StreamSettings): Promise<string[]> {
  return [...(await declareConsumers(nats.manager)), ...(await applyCopies(nats, settings))];
}
