import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { MongoDBInstrumentation } from '@opentelemetry/instrumentation-mongodb';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { guardSpans } from './guard-spans.ts';

/** Starts the SDK as the `OTEL_*` environment says. */
export function startSdk(): void {
  new NodeSDK({
    instrumentations: [
      new HttpInstrumentation({ ignoreIncomingRequestHook: (request) => request.url?.startsWith('/healthz') ?? false }),
      new PgInstrumentation({ requireParentSpan: true }),
      new MongoDBInstrumentation(),
    ],
  }).start();
  guardSpans();
}
