import type { Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { isBrokenConnection } from './explain-failure.ts';
import type { Instance, Instances } from './instances.ts';
import { NotTakenError, type UpstreamResponse } from './receive.ts';
import type { TakeTurn } from './turns.ts';

export type UpstreamRequest = {
  method: Dispatcher.HttpMethod;
  /** Includes the query; starts with a slash. */
  path: string;
  headers: Record<string, string | string[]>;
  body?: Buffer | undefined;
  /** Where the response goes. When it has closed the request ends. */
  client: Writable;
  /** The user, or else the address, that requests are counted for. */
  sender: string;
};

/**
 * Sends a request to a service.
 * @throws HttpProblem when it gets no turn; undici's error when there is no response
 */
export type Send = (request: UpstreamRequest) => Promise<UpstreamResponse>;

export type SendOptions = {
  takeTurn: TakeTurn;
  instances: Instances;
  connectTimeoutMs: number;
  /** Sends the request to one instance, once. */
  sendTo(instance: Instance, request: UpstreamRequest): Promise<UpstreamResponse>;
};

/** Pause before all instances are tried again. */
const pauseMs = 100;

/**
 * Creates the function that sends requests to a service: in turn, and each to one instance, or to
 * another where that is safe. Any request may be repeated when nothing was sent, and a read or a
 * command with an idempotency key once after its connection broke. All instances are tried up to
 * twice, and none after twice the connect timeout, so that the client gets its answer soon.
 */
export function createSend(options: SendOptions): Send {
  return async (request) => {
    const endTurn = await options.takeTurn(request.sender, request.client);
    try {
      const response = await sendToAny(options, request);
      void response.received.then(endTurn);
      return response;
    } catch (error) {
      endTurn(0);
      throw error;
    }
  };
}

async function sendToAny(options: SendOptions, request: UpstreamRequest): Promise<UpstreamResponse> {
  const { instances, connectTimeoutMs } = options;
  const start = performance.now();
  const within = (ms: number) => performance.now() - start < ms;
  const tried = new Set<Instance>();
  let isSecondRound = false;
  let mayRepeat = isRepeatable(request);
  let failure: unknown = new NotTakenError('The name of the service has no address yet.');

  while (!request.client.destroyed) {
    const instance = instances.choose(tried, mayRepeat);
    if (instance) {
      tried.add(instance);
      try {
        return await sendToOne(options, instance, request);
      } catch (error) {
        failure = error;
        if (!(error instanceof NotTakenError)) {
          if (!mayRepeat || !isBrokenConnection(error)) throw error;
          mayRepeat = false;
        }
      }
      if (!within(2 * connectTimeoutMs)) break;
    } else if (!isSecondRound && within(connectTimeoutMs)) {
      isSecondRound = true;
      tried.clear();
      await Promise.all([delay(pauseMs), instances.refresh(connectTimeoutMs)]);
    } else {
      break;
    }
  }
  throw failure;
}

/** Sends to one instance, and records how it did. */
async function sendToOne({ instances, sendTo }: SendOptions, instance: Instance, request: UpstreamRequest) {
  instance.inFlight += 1;
  try {
    const response = await sendTo(instance, request);
    // After a HEAD undici itself closes the connection.
    const isClosing = request.method !== 'HEAD' && /\bclose\b/i.test(response.headers.connection ?? '');
    if (isClosing) instances.closing(instance);
    else instances.well(instance);
    return response;
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
