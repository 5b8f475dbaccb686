import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';

export const clockPath = '/sandbox/clock';
const longestDays = 366;

const Advance = z.strictObject({ advance: z.string().transform(toDuration) });

export type ClockServerOptions = {
  now(): Temporal.Instant;
  /** Resolves when all that happens by itself on the way has happened. */
  advance(duration: Temporal.Duration): Promise<void>;
};

/**
 * Serves `/sandbox/clock` for the gateway: `POST` with `{"advance": "PT23H"}` moves the time of all
 * services, `GET` tells it. Requests are handled one after another.
 */
export async function startClockServer(options: ClockServerOptions): Promise<{ url: string; stop(): Promise<void> }> {
  let last: Promise<unknown> = Promise.resolve();
  const server: Server = createServer((request, response) => {
    last = last
      .then(() => answer(options, request))
      .catch((error: unknown) =>
        problem(
          503,
          'unavailable',
          'Service temporarily unavailable',
          error instanceof Error ? error.message : `${error}`,
        ),
      )
      .then(([status, body]) => send(response, status, body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${port}`, stop };
}

type Answer = [status: number, body: object];

async function answer({ now, advance }: ClockServerOptions, request: IncomingMessage): Promise<Answer> {
  if (request.method === 'POST') {
    // Any website can make a developer's browser send this, and then it has an `Origin`.
    if (request.headers.origin !== undefined)
      return problem(403, 'forbidden', 'Forbidden for your role', 'Pages in a browser cannot move the clock.');
    const wanted = Advance.safeParse(parse(await text(request)));
    if (!wanted.success) return refusal(wanted.error);
    await advance(wanted.data.advance);
  } else if (request.method !== 'GET') {
    return problem(405, 'method-not-allowed', 'Method not allowed', 'The clock knows GET and POST.');
  }
  return [200, { now: now().toString({ fractionalSecondDigits: 3 }) }];
}

function toDuration(value: string, context: z.RefinementCtx): Temporal.Duration {
  try {
    const duration = Temporal.Duration.from(value);
    const days = duration.total({ unit: 'days', relativeTo: Temporal.PlainDate.from('2026-01-01') });
    if (days > 0 && days <= longestDays) return duration;
  } catch {
    // Refused below.
  }
  context.addIssue({
    code: 'custom',
    message: `must be an ISO 8601 duration from PT0.001S to P${longestDays}D, such as PT23H`,
  });
  return z.NEVER;
}

function refusal({ issues }: z.ZodError): Answer {
  const errors = issues.map(({ path, message }) => ({
    path: path.map((name) => `/${String(name)}`).join(''),
    message,
  }));
  return problem(400, 'validation-failed', 'Invalid request', 'The clock can only be advanced.', { errors });
}

function problem(status: number, code: string, title: string, detail: string, more: object = {}): Answer {
  return [status, { type: 'about:blank', title, status, code, detail, instance: clockPath, ...more }];
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  const type = status === 200 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
}
