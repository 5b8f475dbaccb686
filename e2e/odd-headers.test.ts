import { connect } from 'node:net';
import { type Endpoint, endpoints, Problem } from '@punctual/contracts';
import { giveJob, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

type Door = 'gateway' | 'scheduling' | 'reminders' | 'payouts';
type Route = { door: Door; method: string; path: string; body?: string };
type Reply = { status: number; type: string | undefined; body: string };

const withoutHost = 'X-Host: none';

/** Each goes to every route, alone. A name that occurs twice makes two headers. */
const oddHeaders: readonly string[] = [
  ...each('X-Odd', 'é', '\t', 'x'.repeat(30_000)),
  ...each('If-Match', '*', '"1"', 'W/"1"', '"a", "b"', '"', '', 'é'),
  ...each('If-None-Match', '*', '"1"', 'W/"1", "2"', '"', ''),
  ...each('If-Modified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'yesterday', ''),
  ...each('If-Unmodified-Since', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 9999 23:59:59 GMT', 'yesterday', ''),
  ...each('Range', 'bytes=0-', 'bytes=-1', 'bytes=99999999-', 'bytes=5-2', 'bytes=0-0,2-3', 'lines=1-2', 'bytes', ''),
  'Range: bytes=0-9\r\nIf-Range: "other"',
  'Range: bytes=0-9\r\nIf-Range: Thu, 01 Jan 1970 00:00:00 GMT',
  'Range: bytes=99999999-\r\nIf-Range: nonsense',
  'If-Match: "1"\r\nIf-None-Match: "1"\r\nIf-Modified-Since: x\r\nIf-Unmodified-Since: x',
  ...each('Accept', '*/*;q=0', 'image/png', 'text/html', 'text/csv', 'application/json;q=x', ',', '/', ''),
  ...each('Accept-Encoding', 'identity;q=0', 'gzip', 'br;q=1.0, *;q=0', 'x;q=', ''),
  ...each('Accept-Language', 'tlh', '*;q=0', '1'),
  ...each('Accept-Charset', 'utf-16', '*;q=0', ''),
  ...each('Expect', '100-continue', 'a-miracle', ''),
  ...each('TE', 'trailers', 'gzip;q=0.5', ''),
  ...each('Content-Encoding', 'identity', 'gzip', 'deflate', 'br', 'rot13', ''),
  ...each('Content-Type', 'text/plain', 'application/json; charset=latin1', 'application/json; charset', '/', ''),
  ...each('Content-Length', '0', '1', '-1', '1, 2', 'x', '99999999999999999999'),
  ...each('Transfer-Encoding', 'chunked', 'gzip', 'gzip, chunked', 'chunked, chunked', 'identity', ''),
  ...each(
    'Connection',
    'close, upgrade\r\nUpgrade: websocket',
    'close, upgrade\r\nUpgrade: h2c',
    'close, authorization',
    'close,,',
  ),
  ...each('Cookie', 'agendash=x', 'agendash=%FF', '=', '$Version=1'),
  ...each('Prefer', 'respond-async, wait=10', 'return=minimal'),
  ...each('Authorization', 'Bearer', 'Bearer x.y.z', 'Basic YTpi', 'é', ''),
  ...each('Last-Event-ID', 'nonsense', 'é', ''),
  ...each('Idempotency-Key', 'é', 'a b', ''),
  ...each('Origin', 'null', 'https://evil.example', 'é'),
  ...each('Forwarded', 'for="[::1]:80"', 'for=_x'),
  ...each('X-HTTP-Method-Override', 'DELETE', 'x'),
  ...each('traceparent', 'nonsense', '00-0-0-0'),
  ...each('baggage', '=', 'é=é'),
  'Host:',
  'Host: a\r\nHost: b',
  'Host: [::1',
  withoutHost,
];

let world: TestStack;
let routes: Route[];
let authorization: string;

beforeAll(async () => {
  world = await startTestStack('odd-headers');
  const customer = await world.user('customer');
  const visit = await giveJob(customer, await world.user('provider'));
  authorization = `Bearer ${await world.environment.token(['customer', 'finance', 'ops'], customer.id)}`;
  const ofContract = (endpoint: Endpoint): Route[] => {
    const { method, path, owner, body } = endpoint;
    const id = path.startsWith('/jobs') ? visit.jobId : visit.assignmentId;
    const route = { method, path: path.replace(':id', id), ...(body && { body: '{"surprise":1}' }) };
    return [...new Set<Door>(['gateway', owner])].map((door) => ({ door, ...route }));
  };
  const others = (door: Door, ...paths: string[]): Route[] => paths.map((path) => ({ door, method: 'GET', path }));
  routes = [
    ...Object.values<Endpoint>(endpoints).flatMap(ofContract),
    ...others(
      'gateway',
      '/asyncapi.json',
      '/docs/events',
      '/docs/start.js',
      '/docs/scalar.js',
      '/docs/events.css',
      '/docs/',
      '/nowhere',
    ),
    ...(['gateway', 'scheduling', 'reminders', 'payouts'] as const).flatMap((door) => others(door, '/healthz/live')),
    ...others('reminders', '/agendash/', '/agendash/api', '/agendash/nowhere', '/healthz/ready'),
    { door: 'reminders', method: 'POST', path: '/agendash/sign-in', body: 'token=x' },
  ];
});

afterAll(() => world?.stop());

test.each(oddHeaders)('%j never causes a 5xx, and is refused with a problem', { timeout: 60_000 }, async (odd) => {
  const faults = await Promise.all(routes.map((route) => faultOf(route, odd)));
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

test.each(['HEAD', 'OPTIONS', 'TRACE', 'DELETE', 'PATCH', 'PROPFIND'])('%s never causes a 5xx', async (method) => {
  const faults = await Promise.all(routes.map((route) => faultOf({ ...route, method }, 'X-Odd: 1')));
  expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
});

const oddTargets: readonly string[] = [
  '*',
  '//',
  '//evil.example/jobs',
  '/.',
  '/..',
  '/%',
  '/%00',
  '/%FF',
  '/é',
  '/jobs/é',
  '/jobs/%FF',
  '/jobs/%2e%2e%2fpayouts',
  '/jobs/x?y',
  '/jobs/#x',
  '/JOBS/x/',
  '/jobs?__proto__=x&constructor=y&toString',
  '/assignments?limit=1&limit=2',
  '/assignments?limit[]=1&limit[a]=2',
  '/assignments?status=%FF',
  '/assignments?cursor=%00',
  '/assignments?cursor=é',
  '/assignments?%',
  '/assignments??&&==&=',
  `/assignments?${'a&'.repeat(2_000)}`,
  `/${'a/'.repeat(2_000)}`,
  '/payouts?from=%ED%A0%80',
  '/payouts?to=-271821-04-20T00:00:00Z',
  '/providers/%E0%A4%A/free-windows',
  '/ops/reminders?state=%C3%28',
  '/docs/%FF',
  '/docs/..%2f..%2fpackage.json',
  '/docs/start.js/',
  '/docs/start.js%00',
  '/docs?a=%FF',
  '/healthz/live?%FF',
  '/healthz/%FF',
  '/agendash',
  '/agendash/%FF',
  '/agendash/%00',
  '/agendash/..%2f..%2fpackage.json',
  '/agendash/.env',
  '/agendash/api?skip=x&limit=-1&q=%FF',
  '/agendash/api?job[$ne]=1&state=x&property=$where',
  'http://evil.example/jobs/x',
  'http://[::1/jobs',
  'jobs',
];

test.each(oddTargets)('the target %j never causes a 5xx', async (path) => {
  const doors: Door[] = ['gateway', 'scheduling', 'reminders', 'payouts'];
  const sent = doors.flatMap((door) => ['GET', 'POST'].map((method) => faultOf({ door, method, path }, 'X-Odd: 1')));
  expect((await Promise.all(sent)).filter((fault) => fault !== undefined)).toEqual([]);
});

test.each(['/docs', '/docs/start.js'])('%s answers failed preconditions and unsatisfiable ranges', async (path) => {
  const ask = async (odd: string) => send({ door: 'gateway', method: 'GET', path }, odd);
  const codeOf = async (odd: string) => Problem.parse(JSON.parse((await ask(odd)).body)).code;
  expect(await codeOf('If-Match: "other"')).toBe('precondition-failed');
  expect(await codeOf('If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT')).toBe('precondition-failed');
  expect(await codeOf('Range: bytes=99999999-')).toBe('range-not-satisfiable');
  expect((await ask('Range: bytes=0-9')).status).toBe(206);
});

/** What is wrong with the response, if anything. */
async function faultOf(route: Route, odd: string): Promise<string | undefined> {
  const reply = await send(route, odd);
  const { status, type, body } = reply;
  const isSound = status < 400 || (type === 'application/problem+json' && (body === '' || isProblem(body, status)));
  // Agendash responds to browsers with pages, and its API has its own errors.
  const isSaid = isSound || (route.path.startsWith('/agendash') && /html|json/.test(type ?? ''));
  if (status >= 200 && status < 500 && isSaid) return undefined;
  return `${route.door} ${route.method} ${route.path}: ${status} ${type} ${body.slice(0, 200)}`;
}

function isProblem(body: string, status: number): boolean {
  const problem = Problem.safeParse(JSON.parse(body));
  return problem.success && problem.data.status === status && problem.data.code !== 'internal-error';
}

/** Sends exactly these headers on a new connection. Of a stream it reads only the head. */
async function send({ door, method, path, body }: Route, odd: string): Promise<Reply> {
  const { hostname, port } = new URL(world.stack.service(door).url);
  const isSaid = (name: string) => new RegExp(`^${name}:`, 'im').test(odd);
  const type = path.endsWith('sign-in') ? 'application/x-www-form-urlencoded' : 'application/json';
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...(isSaid('host') || odd === withoutHost ? [] : ['Host: punctual']),
    ...(isSaid('connection') ? [] : ['Connection: close']),
    ...(isSaid('authorization') ? [] : [`Authorization: ${authorization}`]),
    ...(body && !isSaid('content-type') ? [`Content-Type: ${type}`] : []),
    ...(body && !isSaid('content-length') && !isSaid('transfer-encoding') ? [`Content-Length: ${body.length}`] : []),
    odd,
  ];
  // The announced body follows, so that the server does not wait for it.
  const sent = body ?? (isSaid('content-length') || isSaid('transfer-encoding') ? '{}' : '');
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(`${head.join('\r\n')}\r\n\r\n${sent}`, 'latin1');
  let answer = '';
  for await (const chunk of socket.setEncoding('utf8')) {
    answer += chunk;
    if (/^content-type: text\/event-stream/im.test(answer)) break;
  }
  return readReply(answer.replace(/^HTTP\/1\.1 100 .*?\r\n\r\n/s, ''));
}

function readReply(answer: string): Reply {
  const end = answer.indexOf('\r\n\r\n');
  const head = answer.slice(0, end);
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]);
  return { status, type: /^content-type: ([^;\r]*)/im.exec(head)?.[1], body: answer.slice(end + 4) };
}

function each(name: string, ...values: string[]): string[] {
  return values.map((value) => `${name}: ${value}`);
}
