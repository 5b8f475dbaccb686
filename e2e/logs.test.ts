import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { logFields } from '@punctual/chassis/telemetry-registry';
import { type DeployableName, deployableNames, windowIn } from '@punctual/devstack';
import { confirm, eventually, giveJob, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Collector, startCollector } from './collector.ts';
import { files, textOf } from './docs/repository.ts';

const said = "It's Mrs Miller's tap";
const sources = files.filter((file) => /^(packages\/chassis|services\/\w+)\/src\/.*(?<!\.test)\.ts$/.test(file));

let collector: Collector;
let world: TestStack;

beforeAll(async () => {
  collector = await startCollector();
  world = await startTestStack('logs', {
    console: true,
    environment: {
      LOG_LEVEL: 'debug',
      ACCESS_LOG: 'on',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_BLRP_SCHEDULE_DELAY: '100',
    },
  });
  const visit = await giveJob(await world.user('customer'), await world.user('provider'));
  const window = windowIn(Temporal.Now.instant(), { startsInMinutes: 45, minutes: 60 });
  await visit.customer.proposeForJob({ params: { id: visit.jobId }, body: { ...window, notes: said } });
  await confirm(visit);
  await visit.customer.listJobs({ query: { q: 'Miller', ids: [visit.jobId] } });
});

afterAll(async () => {
  await world?.stop();
  await collector?.stop();
});

type Line = Record<string, unknown> & { msg: string; name: string };

function linesOf(name: DeployableName): Line[] {
  const text = readFileSync(join(world.logDir, `${name}.log`), 'utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

const allLines = () => deployableNames.flatMap(linesOf);

test('every line is one JSON object with the fields of the registry', () => {
  const unknown = allLines().flatMap((line) => Object.keys(line).filter((field) => !(field in logFields)));
  expect([...new Set(unknown)]).toEqual([]);
  expect(readdirSync(world.logDir)).toContain('gateway.log');
});

test('every message is a constant of the code', () => {
  const code = sources.map((file) => textOf(file)).join('\n');
  const messages = new Set(allLines().map(({ msg }) => msg));
  expect(messages).toContain('Request');
  expect([...messages].filter((msg) => !code.includes(`'${msg}'`))).toEqual([]);
});

test('no call of a logger builds its message, and none has a field that the registry lacks', () => {
  const calls = sources.flatMap((file) => callsIn(textOf(file)).map((call) => ({ file, ...call })));
  expect(calls.length).toBeGreaterThan(40);
  expect(calls.filter(({ message }) => !isConstant(message))).toEqual([]);
  const unknown = calls.flatMap(({ file, fields }) =>
    fields.filter((field) => !(field in logFields)).map((field) => `${file}: ${field}`),
  );
  expect(unknown).toEqual([]);
});

/** A text, or a parameter whose callers are checked by the run above. */
const isConstant = (message: string) => /^'(?:[^'\\]|\\.)*'$/.test(message) || /^(message|away|back)$/.test(message);

/** The calls of loggers: the last argument, and the names in an object before it. */
function callsIn(code: string): { message: string; fields: string[] }[] {
  const starts = [...code.matchAll(/\b(?:\w*[lL]ogger|audit)\.(?:trace|debug|info|warn|error|fatal)\(/g)];
  return starts.map((start) => {
    const call = balanced(code, start.index + start[0].length);
    const message = /(?:^|,)\s*('(?:[^'\\]|\\.)*'|`[^`]*`|[\w.]+)\s*,?\s*$/.exec(call)?.[1] ?? call;
    const object = /^\s*\{([\s\S]*)\}\s*,/.exec(call)?.[1] ?? '';
    const fields = topLevel(object).flatMap((part) => /^(\w+)\s*(?::|$)/.exec(part.trim())?.[1] ?? []);
    return { message, fields };
  });
}

/** The text up to the parenthesis that closes a call. */
function balanced(code: string, from: number): string {
  let depth = 1;
  let at = from;
  for (; depth > 0; at += 1) depth += '([{'.includes(code[at] ?? '') ? 1 : ')]}'.includes(code[at] ?? '') ? -1 : 0;
  return code.slice(from, at - 1);
}

/** The parts between commas that are in no brackets. */
function topLevel(text: string): string[] {
  let depth = 0;
  const parts = [''];
  for (const letter of text) {
    depth += '([{'.includes(letter) ? 1 : ')]}'.includes(letter) ? -1 : 0;
    if (letter === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

test('lines of a request name its trace and span, and no line has what people write or a token', async () => {
  const [line] = linesOf('scheduling').filter(({ msg, route }) => msg === 'Request' && route === '/jobs/:id/schedule');
  expect(line).toMatchObject({ method: 'POST', status: 200, traceId: expect.stringMatching(/^[\da-f]{32}$/) });
  expect(line?.trace_id).toBe(line?.traceId);
  await eventually(() => {
    const span = collector.spansOf(String(line?.traceId)).find(({ spanId }) => spanId === line?.span_id);
    expect(span).toMatchObject({ service: 'scheduling', kind: 'server' });
  });
  const text = JSON.stringify(allLines());
  expect(text).not.toContain('Miller');
  expect(text).not.toContain('eyJ');
});

test('a line break that a client sends stays inside its line', async () => {
  const url = new URL(world.stack.addresses.urls.gateway);
  await new Promise((resolve) => {
    const path = '/x%0d%0a%7B%22level%22:%22fatal%22%7D';
    request({ hostname: url.hostname, port: url.port, path }, (response) => response.resume().on('end', resolve)).end();
  });
  await eventually(() => {
    expect(linesOf('gateway').filter(({ path }) => String(path).startsWith('/x'))).toHaveLength(1);
  });
});

test('lines also go to the collector, with the same redaction', async () => {
  await eventually(() => {
    const bodies = collector.logs().map(({ body }) => body);
    expect(bodies).toContain('listening');
    expect(bodies).toContain('Request');
  });
  const request = collector.logs().find(({ body, service }) => body === 'Request' && service === 'scheduling');
  expect(request?.traceId).toMatch(/^[\da-f]{32}$/);
  expect(collector.logText()).not.toContain('Miller');
});

test.each(deployableNames)('ops change the log level of %s for a while, and nobody else does', async (name) => {
  const url = `${world.stack.addresses.urls[name]}/admin/log-level`;
  const ask = async (role: 'ops' | 'customer' | undefined, body?: unknown) => {
    const token = role && (await world.environment.token([role]));
    const response = await fetch(url, {
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  expect((await ask(undefined, { level: 'trace' })).status).toBe(401);
  expect((await ask('customer', { level: 'trace' })).status).toBe(403);
  for (const wrong of [{}, { level: 'loud' }, { level: 'warn', minutes: 0 }, { level: 'warn', minutes: 1.5 }, []])
    expect((await ask('ops', wrong)).status).toBe(400);
  const changed = await ask('ops', { level: 'warn', minutes: 1 });
  expect(changed).toMatchObject({ status: 200, body: { level: 'warn', configured: 'debug' } });
  expect((await ask('ops')).body).toEqual(changed.body);
  await eventually(() => {
    const [line] = linesOf(name).filter(({ msg }) => msg === 'Log level changed');
    expect(line).toMatchObject({ from: 'debug', to: 'warn', by: expect.any(String), until: changed.body.until });
  });
  const count = linesOf(name).filter(({ msg }) => msg === 'Request').length;
  await fetch(`${world.stack.addresses.urls[name]}/assignments`);
  expect(linesOf(name).filter(({ msg }) => msg === 'Request')).toHaveLength(count);
  await ask('ops', { level: 'debug', minutes: 1 });
});
