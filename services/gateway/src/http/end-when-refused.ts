import { type Authenticate, HttpProblem } from '@punctual/chassis';
import type { GatewayConfig } from '../config.ts';
import type { EventStream } from './event-stream.ts';

/**
 * Judges the token of an open stream again at every heartbeat and ends the stream when it is refused, because the issuer has
 * withdrawn its key. While the keys cannot be fetched the stream stays open: the token was good, and expires.
 */
export function endWhenRefused(
  { authenticate, config }: { authenticate: Authenticate; config: GatewayConfig },
  authorization: string | undefined,
  stream: EventStream,
): void {
  const judge = async () => {
    try {
      await authenticate(authorization);
    } catch (error) {
      if (error instanceof HttpProblem && error.code === 'unauthenticated') stream.close();
    }
  };
  const judging = setInterval(judge, config.CHANGES_HEARTBEAT_MS);
  stream.signal.addEventListener('abort', () => clearInterval(judging));
}
