import { Readable, type Writable } from 'node:stream';
import { busy } from './explain-failure.ts';
import type { Upstream } from './upstreams.ts';

/**
 * Lets so many requests be in progress at a time, each until its answer has been read, and so many more wait for their turn. One
 * whose client leaves waits no longer.
 */
export function bounded({ connections, queue }: { connections: number; queue: number }, upstream: Upstream): Upstream {
  let inProgress = 0;
  const waiting = new Set<() => void>();

  const leave = () => {
    inProgress -= 1;
    const [first] = waiting;
    first?.();
  };
  const enter = (client: Writable): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const begin = () => {
      waiting.delete(begin);
      client.off('close', giveUp);
      inProgress += 1;
      resolve();
    };
    const giveUp = () => {
      waiting.delete(begin);
      reject(new Error('The client has gone.'));
    };
    if (inProgress < connections) begin();
    else if (waiting.size < queue) {
      waiting.add(begin);
      client.once('close', giveUp);
    } else reject(busy());
    return promise;
  };

  return async (request) => {
    await enter(request.client);
    try {
      const answer = await upstream(request);
      if (answer.body instanceof Readable) answer.body.once('close', leave);
      else leave();
      return answer;
    } catch (error) {
      leave();
      throw error;
    }
  };
}
