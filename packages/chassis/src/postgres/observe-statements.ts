import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Client } from 'pg';
import { histogram } from '../telemetry/instruments.ts';
import { isTelemetryOn } from '../telemetry/is-on.ts';
import { describeStatement, operationOf } from '../telemetry/name-statement.ts';
import { errorType, isSampled } from '../telemetry/trace-context.ts';

/** What `pg` takes as a query: its text, or an object that has it. */
type Query = string | { text?: string; name?: string; callback?: Done };
type Done = (error: Error | null, result?: unknown) => void;
type Run = (query: Query, ...more: unknown[]) => unknown;

const tracer = trace.getTracer('punctual');

/**
 * Measures the statements of a client that a request, an event or a job causes, and gives them
 * spans if that is sampled. Does nothing while telemetry is off.
 */
export function observeStatements(client: Client): void {
  if (!isTelemetryOn()) return;
  const duration = histogram('db.client.operation.duration');
  const run = client.query.bind(client) as Run;
  const byOperation = new Map<string, Attributes>();

  const attributesOf = (operation: string): Attributes => {
    const known = byOperation.get(operation);
    if (known) return known;
    const attributes = { ...databaseOf(client), 'db.operation.name': operation };
    byOperation.set(operation, attributes);
    return attributes;
  };
  const observed: Run = (query, ...more) => {
    const cause = trace.getActiveSpan();
    const { text, name } = typeof query === 'string' ? { text: query } : query;
    if (!cause || text === undefined) return run(query, ...more);
    const attributes = attributesOf(operationOf(text));
    const span = isSampled(cause) ? startStatementSpan(client, text, name) : undefined;
    const start = performance.now();
    const end = (error?: unknown) => {
      const seconds = (performance.now() - start) / 1_000;
      duration.record(seconds, error ? { ...attributes, 'error.type': errorType(error) } : attributes);
      if (error) recordError(span, error);
      span?.end();
    };
    const ending =
      (done: Done): Done =>
      (error, result) => {
        end(error);
        done(error, result);
      };
    const last = more.at(-1);
    if (typeof last === 'function') more[more.length - 1] = ending(last as Done);
    else if (typeof query === 'object' && query.callback) query.callback = ending(query.callback);
    const result = run(query, ...more);
    if (!(result instanceof Promise)) return result;
    return result.then(
      (value) => {
        end();
        return value;
      },
      (error: unknown) => {
        end(error);
        throw error;
      },
    );
  };
  client.query = observed as Client['query'];
}

function databaseOf({ database, host, port }: Client): Attributes {
  return { 'db.system.name': 'postgresql', 'db.namespace': database, 'server.address': host, 'server.port': port };
}

function startStatementSpan(client: Client, text: string, plan: string | undefined): Span {
  const { operation, table } = describeStatement(text);
  const attributes = {
    ...databaseOf(client),
    'db.query.text': text,
    'db.operation.name': operation,
    ...(table !== undefined && { 'db.collection.name': table }),
    ...(plan !== undefined && { 'db.postgresql.plan': plan }),
  };
  return tracer.startSpan(table === undefined ? operation : `${operation} ${table}`, {
    kind: SpanKind.CLIENT,
    attributes,
  });
}

/** Without its message, which may have values: the error itself is recorded where it is handled. */
function recordError(span: Span | undefined, error: unknown): void {
  if (!span || !(error instanceof Error)) return;
  const code = 'code' in error ? error.code : 'UNKNOWN';
  span.recordException(`PostgreSQL error of type '${error.name}' occurred (code: ${code})`);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
