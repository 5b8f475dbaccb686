import { isIP } from 'node:net';
import { z } from 'zod';

/** A setting that is some text. */
export const text = () => z.string({ error: 'is not set' });

/** A key that goes into a header. */
export const secretKey = () => text().regex(/^[!-~]+$/, { error: 'must be printable ASCII without spaces' });

/** A setting that `parse` reads; it throws {@link Wrong} for a value that it refuses. */
export function parsed<T>(parse: (value: string) => T) {
  return text().transform((value, context): T => {
    try {
      return parse(value);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
      return z.NEVER;
    }
  });
}

/** An address over HTTP, as `https://host:port/path?query`. */
export const httpUrl = () => parsed((value) => parseHttp(value).href);

/** An address over HTTP with nothing after the port. @returns the origin */
export const httpOrigin = () => parsed((value) => originOf(parseHttp(value)));

/**
 * One or several {@link httpOrigin}s of a service's instances, separated by commas.
 * @returns the origins
 */
export const serviceOrigins = () =>
  parsed((value) => [...new Set(value.split(',').map((item) => originOf(parseHttp(item.trim()))))]);

/** Origins of pages, separated by commas; none by default. */
export const httpOrigins = () =>
  parsed((value) => commaSeparated(value).map((item) => originOf(parseHttp(item)))).default([]);

/**
 * The base of links, for a browser or an app with its own scheme.
 * @returns it without a slash at the end
 */
export const linkBase = () =>
  parsed((value) => {
    const url = parseUrl(value);
    if (!/^[a-z][a-z\d+.-]*:\/\/[^/]/i.test(value)) throw new Wrong('must be an address as https://app.example');
    if (url.search !== '' || url.hash !== '') throw new Wrong('must not have a query or a fragment');
    return value.replace(/\/+$/, '');
  });

/**
 * Servers of NATS, separated by commas, as `nats://host:port`, `tls://host:port`, `host:port` or
 * `host`.
 */
export const natsServers = () => parsed((value) => value.split(',').map((item) => natsServer(item.trim())));

/** What a server listens on. */
export const hostName = () =>
  parsed((value) => {
    if (!isHost(value)) throw new Wrong('must be an IP address or the name of a host');
    return value;
  });

/** Splits at commas and drops empty parts. */
export const commaSeparated = (value: string) => value.split(',').flatMap((item) => item.trim() || []);

/** Says what is wrong with a value without repeating it: it may hold a password. */
export class Wrong extends Error {}

/** The name of a host, or an IP address without brackets. */
export const isHost = (value: string) => isIP(value) !== 0 || isName.test(value);

const isName = /^[a-z\d_]([a-z\d_-]*[a-z\d_])?(\.[a-z\d_]([a-z\d_-]*[a-z\d_])?)*\.?$/i;

function parseHttp(value: string): URL {
  if (!/^https?:\/\/[^/]/i.test(value)) throw new Wrong('must be an address as https://host:port');
  const url = parseUrl(value);
  if (url.hash !== '') throw new Wrong('must not have a fragment (#)');
  return url;
}

function originOf(url: URL): string {
  if (url.pathname !== '/' || url.search !== '') throw new Wrong('must have nothing after the host and port');
  return url.origin;
}

function natsServer(value: string): string {
  const [, scheme = 'nats', rest = ''] = /^(?:([^:/]*):\/\/)?(.*)$/s.exec(value) ?? [];
  if (!/^(nats|tls)$/i.test(scheme)) throw new Wrong('must begin with nats:// or tls://, or be host:port');
  if (rest.startsWith('/')) throw new Wrong('must name a host');
  // As the client parses it.
  const url = parseUrl(`http://${rest}`);
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new Wrong('must have nothing after the host and port; servers are separated by commas');
  return `${scheme.toLowerCase()}://${rest.replace(/\/$/, '')}`;
}

function parseUrl(value: string): URL {
  // `URL` would silently drop them.
  if (/[\s\p{Cc}]/u.test(value)) throw new Wrong('must not hold spaces or line breaks');
  const url = URL.parse(value);
  if (!url) throw new Wrong('is not an address: look at its host and port (1 to 65535)');
  if (url.username !== '' || url.password !== '') throw new Wrong('must not hold a user or a password');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (!isHost(host)) throw new Wrong('is not an address: its host is no name and no IP address');
  if (url.port === '0') throw new Wrong('must have a port from 1 to 65535');
  return url;
}
