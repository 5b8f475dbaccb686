import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { freePort } from '../servers/free-port.ts';
import { gatewayPort } from './gateway-port.ts';

let server: Server | undefined;

afterEach(() => void server?.close());

test('gatewayPort refuses a port in use with advice', async () => {
  const port = await freePort();
  server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  await expect(gatewayPort(port)).rejects.toThrow(
    `Port ${port} is in use. Choose another for the gateway: GATEWAY_PORT=`,
  );
});

test('gatewayPort picks a free port for 0 and keeps a given free port', async () => {
  const port = await gatewayPort(0);
  expect(port).toBeGreaterThan(0);
  expect(await gatewayPort(port)).toBe(port);
});

test.each([Number.NaN, -1, 70_000, 80.5])('gatewayPort refuses %s', async (port) => {
  await expect(gatewayPort(port)).rejects.toThrow('GATEWAY_PORT must be a whole number from 0 to 65535');
});
