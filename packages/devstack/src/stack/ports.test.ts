import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { freePort, gatewayPort } from './ports.ts';

let server: Server | undefined;

afterEach(() => void server?.close());

test('a port that is taken is refused with the remedy', async () => {
  const port = await freePort();
  server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await expect(gatewayPort(port)).rejects.toThrow(
    `Port ${port} is taken. Choose another for the gateway: GATEWAY_PORT=`,
  );
});

test('0 means any free port, and a free one is kept', async () => {
  const port = await gatewayPort(0);
  expect(port).toBeGreaterThan(0);
  expect(await gatewayPort(port)).toBe(port);
});

test.each([Number.NaN, -1, 70_000, 80.5])('%s is no port', async (port) => {
  await expect(gatewayPort(port)).rejects.toThrow('GATEWAY_PORT must be a whole number from 0 to 65535');
});
