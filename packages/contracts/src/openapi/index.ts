import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { type Endpoint, endpoints, tags } from '../endpoints/index.ts';
import { version } from '../version.ts';
import { nameChangedFields } from './changed-fields.ts';
import { markExtensibleEnums } from './extensible-enums.ts';
import { moveExamples } from './moved-examples.ts';
import { operation } from './operation.ts';
import { showParameters } from './parameter-examples.ts';
import { makePortable } from './portable.ts';
import { skippedTimeExample } from './problem-examples.ts';
import { problemExamplesOf } from './problem-responses.ts';

export type OpenApiDocument = ReturnType<typeof createDocument>;

/**
 * The API as an OpenAPI 3.1 document: every endpoint, with every problem that it may answer.
 * @param options.audience `app` leaves out what apps do not call
 * @param options.now the moment of reading: all times in examples are later
 */
export function openApiDocument({
  audience = 'all',
  now = Temporal.Now.instant(),
}: {
  audience?: 'all' | 'app';
  now?: Temporal.Instant;
} = {}): OpenApiDocument {
  const all: Endpoint[] = Object.values(endpoints);
  const shown = audience === 'app' ? all.filter(isForApps) : all;
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of shown) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) };
  }
  const created = createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Punctual',
      version,
      description:
        'Scheduling, reminders and payouts for a marketplace of home services. Times are RFC 3339 in UTC; nothing is ' +
        'left out of an answer, what has no value is null; what goes wrong is `application/problem+json`.',
      contact: { name: 'Punctual', url: 'https://punctual.example' },
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(tags)
      .filter(([name]) => shown.some(({ tag }) => tag === name))
      .map(([name, description]) => ({ name, description })),
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      examples: problemExamplesOf(shown),
    },
  });
  // A copy: the examples in it are those of the schemas.
  const document: OpenApiDocument = JSON.parse(JSON.stringify(created));
  nameChangedFields(document.components?.schemas ?? {});
  makePortable(document);
  markExtensibleEnums(document);
  showParameters(document.paths ?? {}, shown);
  moveExamples(document, now);
  const { 'nonexistent-local-time': skipped } = document.components?.examples ?? {};
  if (skipped) Object.assign(skipped, { value: skippedTimeExample(now) });
  return document;
}

/** Whether a customer or a provider may call it. */
function isForApps({ roles }: Endpoint): boolean {
  return roles === 'signed-in' || (typeof roles !== 'string' && roles.some((role) => !staff.has(role)));
}

const staff = new Set<string>(['finance', 'ops']);
