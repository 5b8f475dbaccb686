import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';

/** A span as the tests look at it. */
export type Span = {
  service: string;
  name: string;
  kind: SpanKind;
  traceId: string;
  spanId: string;
  /** Undefined at the root, and where the parent is the client that sent a `traceparent`. */
  parentSpanId: string | undefined;
  attributes: Record<string, string | number | boolean>;
};

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A data point as the tests look at it: the value of a gauge or sum, how many a histogram counts. */
export type Metric = { service: string; name: string; value: number; attributes: Span['attributes'] };

export type Collector = {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`, with the protocol `http/json`. */
  readonly url: string;
  /** Everything that has arrived. */
  spans(): readonly Span[];
  /** Everything that has arrived of a trace. */
  spansOf(traceId: string): Span[];
  /** Every span that has arrived, as it was sent. */
  text(): string;
  /** Every value that has arrived of a metric, in order. */
  metricsOf(name: string): Metric[];
  stop(): Promise<void>;
};

/** An OpenTelemetry collector that keeps spans and metrics in memory: OTLP over HTTP, in JSON. */
export async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const metrics: Metric[] = [];
  const texts: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/traces') {
      const sent = await text(request);
      texts.push(sent);
      spans.push(...readSpans(JSON.parse(sent)));
    }
    if (request.url === '/v1/metrics') metrics.push(...(await readMetrics(request)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans: () => spans,
    text: () => texts.join('\n'),
    spansOf: (traceId) => spans.filter((span) => span.traceId === traceId),
    metricsOf: (name) => metrics.filter((metric) => metric.name === name),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** OTLP's ExportTraceServiceRequest, as far as it is looked at. */
type Exported = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: ExportedSpan[] }[];
  }[];
};
type ExportedSpan = Pick<Span, 'name' | 'traceId' | 'spanId'> & {
  kind: number;
  parentSpanId?: string;
  attributes: Attribute[];
};
type Attribute = { key: string; value: { stringValue?: string; intValue?: number; boolValue?: boolean } };

const kinds: readonly SpanKind[] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'];

function readSpans({ resourceSpans }: Exported): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => toSpan(String(valuesOf(resource.attributes)['service.name']), span)),
    ),
  );
}

/** OTLP's ExportMetricsServiceRequest, as far as it is looked at. */
type ExportedMetrics = {
  resourceMetrics: {
    resource: { attributes: Attribute[] };
    scopeMetrics: { metrics: { name: string; gauge?: Points; sum?: Points; histogram?: Points }[] }[];
  }[];
};
type Points = { dataPoints: { asInt?: number; asDouble?: number; count?: number; attributes: Attribute[] }[] };

async function readMetrics(request: IncomingMessage): Promise<Metric[]> {
  const { resourceMetrics } = (await json(request)) as ExportedMetrics;
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
    return metrics.flatMap(({ name, gauge, sum, histogram }) =>
      ((gauge ?? sum ?? histogram)?.dataPoints ?? []).map(({ asInt, asDouble, count, attributes }) => ({
        service,
        name,
        value: Number(asInt ?? asDouble ?? count),
        attributes: valuesOf(attributes),
      })),
    );
  });
}

function toSpan(service: string, { name, kind, traceId, spanId, parentSpanId, attributes }: ExportedSpan): Span {
  return {
    service,
    name,
    kind: kinds[kind] ?? 'internal',
    traceId,
    spanId,
    parentSpanId: parentSpanId || undefined,
    attributes: valuesOf(attributes),
  };
}

function valuesOf(attributes: Attribute[]): Span['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue ?? '']),
  );
}
