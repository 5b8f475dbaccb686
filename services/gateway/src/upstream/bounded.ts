import type { Writable } from 'node:stream';
import { busy, waitedTooLong } from './explain-failure.ts';
import type { Upstream } from './upstreams.ts';

export type Bounds = { connections: number; queue: number; waitMs: number };

/**
 * Lets so many requests be in progress at a time, each until the service has sent its answer, and so many more wait for their turn,
 * at most `waitMs` and no longer than their client.
 */
export function bounded({ connections, queue, waitMs }: Bounds, upstream: Upstream): Upstream {
  let inProgress = 0;
  const waiting = new Set<() => void>();

  const leave = () => {
    inProgress -= 1;
    const [first] = waiting;
    first?.();
  };
  const enter = (client: Writable): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let late: NodeJS.Timeout | undefined;
    const stopWaiting = () => {
      waiting.delete(begin);
      client.off('close', giveUp);
      clearTimeout(late);
    };
    const begin = () => {
      stopWaiting();
      inProgress += 1;
      resolve();
    };
    const giveUp = () => {
      stopWaiting();
      reject(new Error('The client has gone.'));
    };
    if (inProgress < connections) begin();
    else if (waiting.size < queue) {
      waiting.add(begin);
      client.once('close', giveUp);
      late = setTimeout(() => {
        stopWaiting();
        reject(waitedTooLong());
      }, waitMs);
    } else reject(busy());
    return promise;
  };

  return async (request) => {
    await enter(request.client);
    try {
      const answer = await upstream(request);
      void answer.received.then(leave);
      return answer;
    } catch (error) {
      leave();
      throw error;
    }
  };
}
