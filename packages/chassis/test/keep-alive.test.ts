import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@punctual/testkit';
import express from 'express';
import { afterEach, expect, test } from 'vitest';
import { HttpConfig, type Service, startService } from '../src/index.ts';

let service: Service;

afterEach(() => service.stop());

async function start(environment: Record<string, string> = {}) {
  const createApp = async () => express().get('/', (_request, response) => response.send('here'));
  const definition = { name: 'test', config: HttpConfig, createApp };
  service = await startService(definition, { LOG_LEVEL: 'silent', SHUTDOWN_DRAIN_MS: '0', ...environment });
  return Number(new URL(service.url).port);
}

async function ask(agent: Agent): Promise<IncomingMessage> {
  const [response] = (await once(request(service.url, { agent }).end(), 'response')) as [IncomingMessage];
  await response.toArray();
  return response;
}

test("an idle connection outlives a load balancer's and the response announces its timeout", async () => {
  await start();
  const response = await ask(new Agent({ keepAlive: true }));
  expect(response.headers['keep-alive']).toBe('timeout=75');
});

test('an idle connection is closed after HTTP_KEEP_ALIVE_MS', async () => {
  const socket = connect(await start({ HTTP_KEEP_ALIVE_MS: '1500' }), '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  const since = performance.now();
  socket.resume();
  await once(socket, 'close');
  expect(performance.now() - since).toBeGreaterThan(1_400);
});

test('a connection may be idle for longer than the header timeout', async () => {
  await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await ask(agent);
  await delay(16_000);
  const second = await ask(agent);
  expect(second.statusCode).toBe(200);
  expect(second.socket).toBe(first.socket);
}, 60_000);

test('a connection opened just before shutdown gets its response even if slow', async () => {
  const socket = connect(await start(), '127.0.0.1');
  await once(socket, 'connect');
  const stopped = service.stop();
  // Until the port is closed.
  const another = () => once(connect(Number(new URL(service.url).port), '127.0.0.1'), 'connect');
  await eventually(() => expect(another()).rejects.toMatchObject({ code: 'ECONNREFUSED' }));
  await delay(200);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1.1 200 OK\r\n(.+\r\n)*Connection: close\r\n/);
  await stopped;
});

test('a busy connection closes after a response and loses no request', async () => {
  await start();
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const connections = new Set<unknown>();
  const closing: number[] = [];
  for (let sent = 1; sent <= 1_100; sent += 1) {
    const { statusCode, headers, socket } = await ask(agent);
    expect(statusCode).toBe(200);
    connections.add(socket);
    if (headers.connection === 'close') closing.push(sent);
  }
  expect(closing).toEqual([1_000]);
  expect(connections.size).toBe(2);
}, 60_000);
