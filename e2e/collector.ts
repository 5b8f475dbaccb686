import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json, text } from 'node:stream/consumers';

/** The parts of a span that tests read. */
export type Span = {
  service: string;
  name: string;
  kind: SpanKind;
  traceId: string;
  spanId: string;
  /** Undefined at the root, and where the parent is the client that sent a `traceparent`. */
  parentSpanId: string | undefined;
  attributes: Record<string, string | number | boolean>;
  /** The spans that it links to. */
  links: { traceId: string; spanId: string }[];
};

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A data point: the value of a gauge or sum, the count of a histogram. */
export type Metric = { service: string; name: string; unit: string; value: number; attributes: Span['attributes'] };

/** A log record: its text, and the trace that it belongs to. */
export type LogLine = { service: string; body: string; traceId: string | undefined };

export type Collector = {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`, with the protocol `http/json`. */
  readonly url: string;
  /** All bodies received so far. */
  spans(): readonly Span[];
  /** The spans of a trace received so far. */
  spansOf(traceId: string): Span[];
  /** All spans received so far. */
  text(): string;
  /** The data points of all metrics received so far. */
  metrics(): readonly Metric[];
  /** The data points of a metric received so far, in order. */
  metricsOf(name: string): Metric[];
  /** The log lines received so far. */
  logs(): readonly LogLine[];
  /** All log lines received so far, as sent. */
  logText(): string;
  stop(): Promise<void>;
};

/** An OpenTelemetry collector that keeps spans and metrics in memory: OTLP over HTTP, in JSON. */
export async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const metrics: Metric[] = [];
  const texts: string[] = [];
  const logs: LogLine[] = [];
  const logTexts: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/traces') {
      const sent = await text(request);
      texts.push(sent);
      spans.push(...readSpans(JSON.parse(sent)));
    }
    if (request.url === '/v1/logs') {
      const sent = await text(request);
      logTexts.push(sent);
      logs.push(...readLogs(JSON.parse(sent)));
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
    metrics: () => metrics,
    metricsOf: (name) => metrics.filter((metric) => metric.name === name),
    logs: () => logs,
    logText: () => logTexts.join('\n'),
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The parts of OTLP's ExportTraceServiceRequest that tests read. */
type Exported = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: ExportedSpan[] }[];
  }[];
};
type ExportedSpan = Pick<Span, 'name' | 'traceId' | 'spanId'> & {
  kind: number;
  parentSpanId?: string;
  links?: Span['links'];
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

/** The parts of OTLP's ExportLogsServiceRequest that tests read. */
type ExportedLogs = {
  resourceLogs: {
    resource: { attributes: Attribute[] };
    scopeLogs: { logRecords: { body: { stringValue?: string }; traceId?: string }[] }[];
  }[];
};

function readLogs({ resourceLogs }: ExportedLogs): LogLine[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map(({ body, traceId }) => ({
        service: String(valuesOf(resource.attributes)['service.name']),
        body: body.stringValue ?? '',
        traceId: traceId || undefined,
      })),
    ),
  );
}

/** The parts of OTLP's ExportMetricsServiceRequest that tests read. */
type ExportedMetrics = {
  resourceMetrics: {
    resource: { attributes: Attribute[] };
    scopeMetrics: { metrics: { name: string; unit?: string; gauge?: Points; sum?: Points; histogram?: Points }[] }[];
  }[];
};
type Points = { dataPoints: { asInt?: number; asDouble?: number; count?: number; attributes: Attribute[] }[] };

async function readMetrics(request: IncomingMessage): Promise<Metric[]> {
  const { resourceMetrics } = (await json(request)) as ExportedMetrics;
  return resourceMetrics.flatMap(({ resource, scopeMetrics }) => {
    const service = String(valuesOf(resource.attributes)['service.name']);
    const metrics = scopeMetrics.flatMap((scope) => scope.metrics);
    return metrics.flatMap(({ name, unit = '', gauge, sum, histogram }) =>
      ((gauge ?? sum ?? histogram)?.dataPoints ?? []).map(({ asInt, asDouble, count, attributes }) => ({
        service,
        name,
        unit,
        value: Number(asInt ?? asDouble ?? count),
        attributes: valuesOf(attributes),
      })),
    );
  });
}

function toSpan(service: string, span: ExportedSpan): Span {
  const { name, kind, traceId, spanId, parentSpanId, attributes, links = [] } = span;
  return {
    service,
    name,
    kind: kinds[kind] ?? 'internal',
    traceId,
    spanId,
    parentSpanId: parentSpanId || undefined,
    attributes: valuesOf(attributes),
    links: links.map((link) => ({ traceId: link.traceId, spanId: link.spanId })),
  };
}

function valuesOf(attributes: Attribute[]): Span['attributes'] {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue ?? value.boolValue ?? '']),
  );
}
