import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type FakeService, json, startFakeService } from './fake-service.ts';
import { type Gateway, id, startGateway } from './gateway.ts';

const open: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.stop();
});

async function service(...parameters: Parameters<typeof startFakeService>): Promise<FakeService> {
  const started = await startFakeService(...parameters);
  open.push(started);
  return started;
}

async function gatewayBefore(url: string, environment: Record<string, string> = {}): Promise<Gateway> {
  const started = await startGateway({ SCHEDULING_URL: url, ...environment });
  open.push(started);
  return started;
}

const unavailable = {
  status: 503,
  json: { code: 'unavailable' },
  headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
};

test('a stopped service is 503 at once, and works again after its restart', async () => {
  const first = await startFakeService((_request, response) => json(response, 200, { n: 1 }));
  const gateway = await gatewayBefore(first.url);
  expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject({ status: 200 });

  await first.stop();
  const start = performance.now();
  expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject(unavailable);
  expect(await gateway.call('POST', `/assignments/${id}/complete`)).toMatchObject(unavailable);
  expect(performance.now() - start).toBeLessThan(3000);

  await service((_request, response) => json(response, 200, { n: 2 }), first.port);
  expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject({ status: 200, json: { n: 2 } });
});

test('a host that does not respond is 503 within three seconds', async () => {
  // TEST-NET-1: reserved for documentation, so that no host answers there.
  const gateway = await gatewayBefore('http://192.0.2.1:8080', { UPSTREAM_CONNECT_TIMEOUT_MS: '300' });
  const start = performance.now();
  expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject(unavailable);
  expect(performance.now() - start).toBeLessThan(3000);
});

test('no response reveals the address of a service', async () => {
  const gateway = await gatewayBefore('http://no-such-host.invalid:1234');
  const answer = await gateway.call('GET', `/assignments/${id}`);
  expect(answer).toMatchObject(unavailable);
  expect(answer.text).not.toMatch(/invalid|1234|ENOTFOUND|undici|scheduling/i);
});

test('a service that does not respond in time is 504 and is asked once', async () => {
  const silent = await service(() => undefined);
  const gateway = await gatewayBefore(silent.url, { UPSTREAM_TIMEOUT_MS: '200' });
  for (const method of ['GET', 'POST']) {
    const path = method === 'GET' ? `/assignments/${id}` : `/assignments/${id}/complete`;
    const answer = await gateway.call(method, path);
    expect(answer).toMatchObject({ status: 504, json: { code: 'upstream-timeout' } });
    expect(answer.headers['retry-after']).toMatch(/^\d+$/);
  }
  expect(silent.received).toHaveLength(2);
});

test('a reused connection that breaks repeats a read once and no command', async () => {
  const served = new WeakSet<object>();
  const once = await service((_request, response, raw) => {
    if (served.has(raw.socket)) return raw.socket.destroy();
    served.add(raw.socket);
    json(response, 200, {});
  });
  const gateway = await gatewayBefore(once.url);
  expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject({ status: 200 });
  expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject({ status: 200 });
  expect(once.received).toHaveLength(3);
  expect(await gateway.call('POST', `/assignments/${id}/complete`)).toMatchObject(unavailable);
  expect(once.received).toHaveLength(4);
});

test('a refused connection repeats any request, since nothing was sent', async () => {
  const gone = await startFakeService(() => undefined);
  await gone.stop();
  const gateway = await gatewayBefore(gone.url);
  const path = `/assignments/${id}`;
  const asked = [gateway.call('GET', path), gateway.call('POST', `${path}/complete`)];
  const back = await service((_request, response) => json(response, 200, {}), gone.port);
  expect(await Promise.all(asked)).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(back.received.map(({ method }) => method).sort()).toEqual(['GET', 'POST']);
});

test('a broken connection repeats a command with an idempotency key once', async () => {
  const broken = await service((_request, _response, raw) => raw.socket.destroy());
  const gateway = await gatewayBefore(broken.url);
  const keyed = { headers: { 'idempotency-key': 'k' } };
  expect(await gateway.call('POST', `/assignments/${id}/complete`, keyed)).toMatchObject(unavailable);
  expect(broken.received).toHaveLength(2);
  expect(broken.received.map(({ headers }) => headers['idempotency-key'])).toEqual(['k', 'k']);
});

test('a service that always breaks off is asked twice for a read, then 503', async () => {
  const broken = await service((_request, _response, raw) => raw.socket.destroy());
  const gateway = await gatewayBefore(broken.url);
  expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject(unavailable);
  expect(broken.received).toHaveLength(2);
});

test('a small response that breaks off is requested twice for a read, then 503', async () => {
  const torn = await service((_request, response, raw) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"half":');
    setTimeout(() => raw.socket.destroy(), 50);
  });
  const gateway = await gatewayBefore(torn.url);
  expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject(unavailable);
  expect(torn.received).toHaveLength(2);
  expect(await gateway.call('POST', `/assignments/${id}/complete`)).toMatchObject(unavailable);
  expect(torn.received).toHaveLength(3);
});

test('a small response that stalls is 504', async () => {
  const stopping = await service((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' }).write('{"half":');
  });
  const gateway = await gatewayBefore(stopping.url, { UPSTREAM_TIMEOUT_MS: '200' });
  const answer = await gateway.call('GET', `/assignments/${id}`);
  expect(answer).toMatchObject({ status: 504, json: { code: 'upstream-timeout' } });
});

test.each([0, 10, 64 * 1024, 64 * 1024 + 1, 3_000_000])(
  'a response of %i letters arrives complete',
  async (letters) => {
    const body = 'x'.repeat(letters);
    const long = await service((_request, response) =>
      json(response, 200, body, { 'content-length': `${letters + 2}` }),
    );
    const gateway = await gatewayBefore(long.url);
    expect(await gateway.call('GET', `/assignments/${id}`)).toMatchObject({ status: 200, json: body });
  },
);

test('a response that breaks off does not look complete', async () => {
  const torn = await service((_request, response, raw) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"half":');
    setTimeout(() => raw.socket.destroy(), 50);
  });
  const gateway = await gatewayBefore(torn.url);
  await expect(gateway.call('GET', `/assignments/${id}`)).rejects.toThrow(/aborted|ECONNRESET/);
});

test('a response is streamed, and a client that leaves ends the request to the service', async () => {
  let streaming: ServerResponse | undefined;
  const slow = await service((_request, response) => {
    streaming = response;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': begin\n\n');
  });
  const gateway = await gatewayBefore(slow.url);
  const leaving = new AbortController();
  const { authorization } = gateway;
  const answer = await fetch(`${gateway.url}/assignments/${id}`, {
    headers: { authorization },
    signal: leaving.signal,
  });
  const reader = answer.body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(': begin\n\n');

  const closed = once(streaming as ServerResponse, 'close');
  leaving.abort();
  await expect(Promise.race([closed, delay(2000, 'still open')])).resolves.not.toBe('still open');
});

test('a client that leaves before the response ends the request to the service', async () => {
  let waiting: ServerResponse | undefined;
  const silent = await service((_request, response) => {
    waiting = response;
  });
  const gateway = await gatewayBefore(silent.url);
  const leaving = new AbortController();
  const { authorization } = gateway;
  const asked = fetch(`${gateway.url}/assignments/${id}`, { headers: { authorization }, signal: leaving.signal });
  while (!waiting) await delay(5);
  const closed = once(waiting, 'close');
  leaving.abort();
  await expect(asked).rejects.toThrow(/abort/i);
  await expect(Promise.race([closed, delay(2000, 'still open')])).resolves.not.toBe('still open');
});
