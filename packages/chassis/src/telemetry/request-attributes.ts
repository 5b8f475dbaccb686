import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Attributes } from '@opentelemetry/api';
import parseForwarded from 'forwarded-parse';
import { attributes as registry } from './registry/attributes.ts';

const methods: ReadonlySet<string> = new Set(registry['http.request.method'].values);
const ports: Readonly<Record<string, number>> = { http: 80, https: 443 };

/** The method as metrics name it: one of a fixed list, else `_OTHER`. */
export function knownMethod(method: string): string {
  return methods.has(method) ? method : '_OTHER';
}

/** What a sampled server span says about its request, as the conventions for HTTP name it. */
export function requestAttributes({ method = 'GET', url = '/', headers, httpVersion, socket }: IncomingMessage) {
  const target = URL.parse(url, 'http://localhost');
  const forwarded = readForwarded(headers.forwarded);
  const client = forwarded.find((each) => each.for)?.for ?? first(headers['x-forwarded-for']);
  const server = serverOf(forwarded, headers);
  return {
    'http.request.method': knownMethod(method),
    'http.request.method_original': methods.has(method) ? undefined : method,
    'url.scheme': 'http',
    'url.path': target?.pathname,
    // Without its text, which people may have written.
    'url.query': target?.search ? '' : undefined,
    'network.protocol.version': httpVersion,
    'network.peer.address': socket.remoteAddress,
    'network.peer.port': socket.remotePort,
    'client.address': client === undefined ? socket.remoteAddress : withoutPort(client),
    'user_agent.original': headers['user-agent'],
    'server.address': server?.address,
    'server.port': server?.port,
  } satisfies Attributes;
}

/** The elements of `Forwarded` (RFC 7239); none when it cannot be read. */
function readForwarded(header: string | undefined): Record<string, string>[] {
  try {
    return header === undefined ? [] : parseForwarded(header);
  } catch {
    return [];
  }
}

/** The server as the client named it to the first proxy. */
function serverOf(forwarded: Record<string, string>[], headers: IncomingHttpHeaders) {
  const named = forwarded.find(({ host }) => host);
  if (named) return readHost(named.host, named.proto);
  const host = first(headers['x-forwarded-host']);
  return host === undefined ? readHost(headers.host, 'http') : readHost(host, first(headers['x-forwarded-proto']));
}

function readHost(host = '', scheme = ''): { address: string; port: number | undefined } | undefined {
  const [, address, port] = /^(\[[^\]]*\]|[^:]+)(?::(\d+))?$/.exec(host) ?? [];
  if (address === undefined) return undefined;
  return { address, port: port === undefined ? ports[scheme] : Number(port) };
}

/** The first of the values that proxies have appended. */
function first(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header).split(',', 1)[0]?.trim();
}

function withoutPort(address: string): string {
  return URL.parse(`http://${address}`)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? address;
}
