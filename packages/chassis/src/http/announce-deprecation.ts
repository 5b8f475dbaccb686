import type { Deprecation, Endpoint } from '@punctual/contracts';
import type { RequestHandler } from 'express';

/**
 * Announces a deprecated operation, or a deprecated query parameter of the request: since when, by
 * `Deprecation` (RFC 9745), and until when it stays, by `Sunset` (RFC 8594). Of several the one that
 * goes first.
 */
export function announceDeprecation({ deprecated, deprecatedQuery = {} }: Endpoint): RequestHandler | undefined {
  if (!deprecated && Object.keys(deprecatedQuery).length === 0) return undefined;
  return (request, response, next) => {
    const sent = Object.entries(deprecatedQuery).flatMap(([name, one]) => (name in request.query ? [one] : []));
    const [first] = [...(deprecated ? [deprecated] : []), ...sent].toSorted((a, b) => a.sunset.localeCompare(b.sunset));
    if (first) response.set(headersOf(first));
    next();
  };
}

function headersOf({ since, sunset }: Deprecation): Record<string, string> {
  return { Deprecation: `@${Date.parse(since) / 1_000}`, Sunset: new Date(sunset).toUTCString() };
}
