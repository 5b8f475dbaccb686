import { setTimeout as delay } from 'node:timers/promises';
import { isBrokenConnection } from './explain-failure.ts';
import type { Instance, Instances } from './instances.ts';
import { type Answer, NotTakenError } from './receive.ts';
import type { Upstream, UpstreamRequest } from './upstreams.ts';

export type Attempt = (instance: Instance, request: UpstreamRequest) => Promise<Answer>;

/** Pause before all instances are tried again. */
const pauseMs = 100;

/**
 * Asks one instance, and another one where that is safe: any request when nothing was sent, and
 * once when a connection broke during a read or a command with an idempotency key. All instances
 * are tried up to twice, and none after twice the connect timeout, so that the client is answered
 * soon.
 */
export function askInstances(instances: Instances, attempt: Attempt, connectTimeoutMs: number): Upstream {
  return async (request) => {
    const start = performance.now();
    const within = (ms: number) => performance.now() - start < ms;
    const tried = new Set<Instance>();
    let isAgain = false;
    let mayRepeat = isRepeatable(request);
    let failure: unknown = new NotTakenError('The name of the service has no address yet.');

    while (!request.client.destroyed) {
      const instance = instances.choose(tried);
      if (instance) {
        tried.add(instance);
        try {
          return await ask(instances, attempt, instance, request);
        } catch (error) {
          failure = error;
          if (!(error instanceof NotTakenError)) {
            if (!mayRepeat || !isBrokenConnection(error)) throw error;
            mayRepeat = false;
          }
        }
        if (!within(2 * connectTimeoutMs)) break;
      } else if (!isAgain && within(connectTimeoutMs)) {
        isAgain = true;
        tried.clear();
        await Promise.all([delay(pauseMs), instances.refresh(connectTimeoutMs)]);
      } else {
        break;
      }
    }
    throw failure;
  };
}

/** Asks one instance, and updates its state. */
async function ask(instances: Instances, attempt: Attempt, instance: Instance, request: UpstreamRequest) {
  instance.inFlight += 1;
  try {
    const answer = await attempt(instance, request);
    // After a HEAD undici itself closes the connection.
    const isClosing = request.method !== 'HEAD' && /\bclose\b/i.test(answer.headers.connection ?? '');
    if (isClosing) instances.closing(instance);
    else instances.well(instance);
    return answer;
  } catch (error) {
    if (error instanceof NotTakenError && !request.client.destroyed) instances.away(instance, error);
    throw error;
  } finally {
    instance.inFlight -= 1;
  }
}

function isRepeatable({ method, headers }: UpstreamRequest): boolean {
  return method === 'GET' || method === 'HEAD' || headers['idempotency-key'] !== undefined;
}
