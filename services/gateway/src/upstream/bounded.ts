import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import pLimit from 'p-limit';
import { busy } from './explain-failure.ts';
import type { Answer } from './receive.ts';
import type { Upstream } from './upstreams.ts';

/** Lets so many requests be in progress at a time, each until its answer has been read, and so many more wait. */
export function bounded({ connections, queue }: { connections: number; queue: number }, upstream: Upstream): Upstream {
  const limit = pLimit(connections);
  return async (request) => {
    if (limit.activeCount + limit.pendingCount >= connections + queue) throw busy();
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    limit(async () => {
      const answer = await upstream(request);
      resolve(answer);
      if (answer.body instanceof Readable) await finished(answer.body).catch(() => undefined);
    }).catch(reject);
    return promise;
  };
}
