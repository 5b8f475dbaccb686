import { z } from 'zod';
import type { oas31 } from 'zod-openapi';
import type { Endpoint } from '../endpoints/index.ts';
import { sample } from '../samples.ts';

/** What every mutation accepts and none requires. */
export const mutationHeaders = z.object({
  'Idempotency-Key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/)
    .optional()
    .meta({
      description: 'Repeating the request with the same key returns the same response and changes nothing',
      examples: ['5f1c2a9e-order-4711'],
    }),
  'If-Match': z
    .string()
    .regex(/^(\*|"[\x21\x23-\x7e]*")$/)
    .optional()
    .meta({ description: 'The ETag of the last response, or `*`; a stale one gets 412', examples: ['"3"'] }),
});

/** How a client takes up a stream where it left off. */
export const resumeHeaders = z.object({
  'Last-Event-ID': z
    .string()
    .optional()
    .meta({ description: 'The id of the last event that arrived', examples: [sample.position] }),
});

const text = (description: string, required = true): oas31.HeaderObject => ({
  description,
  required,
  schema: { type: 'string' },
});

/** The headers of an endpoint's good answers. */
export function goodAnswerHeaders({
  method,
  access,
  query,
  success,
  deprecated,
  deprecatedQuery,
}: Endpoint): oas31.HeadersObject {
  const isAlwaysVersioned = !query?.shape.dryRun;
  return {
    ...(success.etag && { ETag: text('The version, to send back as If-Match', isAlwaysVersioned) }),
    ...(success.status === 201 && { Location: text('Where the new resource is') }),
    ...(method !== 'GET' &&
      access !== 'public' && {
        'Idempotent-Replayed': text('`true` when this is the answer of an earlier request', false),
      }),
    ...((deprecated || deprecatedQuery) && {
      Deprecation: text(`Since when ${what(deprecatedQuery)} is deprecated (RFC 9745)`, !!deprecated),
      Sunset: text(`From when on ${what(deprecatedQuery)} may be gone (RFC 8594)`, !!deprecated),
    }),
  };
}

const what = (parameters: Endpoint['deprecatedQuery']): string =>
  parameters ? `a sent parameter, ${Object.keys(parameters).join(', ')},` : 'the operation';

/** The headers that come with a problem of this status. */
export function problemHeaders(status: number): oas31.HeadersObject | undefined {
  if (status === 401) return { 'WWW-Authenticate': text('How to authenticate') };
  if ([429, 503, 504].includes(status)) return { 'Retry-After': text('Seconds to wait before the next try') };
  return undefined;
}
