import { HttpProblem } from '@punctual/chassis';
import type { GatewayDeps } from '../deps.ts';
import type { EventStream } from './event-stream.ts';

/**
 * Checks the token of an open stream again at every heartbeat, and ends the stream when the token
 * is refused because the issuer has withdrawn its key. While the keys cannot be fetched the stream
 * stays open: the token was valid, and expires.
 */
export function endWhenRevoked(
  { authenticate, config }: GatewayDeps,
  authorization: string | undefined,
  stream: Pick<EventStream, 'signal' | 'close'>,
): void {
  const check = async () => {
    try {
      await authenticate(authorization);
    } catch (error) {
      if (error instanceof HttpProblem && error.code === 'unauthenticated') stream.close();
    }
  };
  const checking = setInterval(check, config.CHANGES_HEARTBEAT_MS);
  stream.signal.addEventListener('abort', () => clearInterval(checking));
}
