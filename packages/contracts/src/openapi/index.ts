import { createDocument, type ZodOpenApiPathsObject } from 'zod-openapi';
import { endpoints } from '../endpoints/index.ts';
import { operation } from './operation.ts';
import { problemExamples } from './problem-responses.ts';

/** The whole API as an OpenAPI 3.1 document: every endpoint, with every problem that it may answer. */
export function openApiDocument(): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of Object.values(endpoints)) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Punctual',
      version: '1.0.0',
      description:
        'Scheduling, reminders and payouts for a marketplace of home services. Times are RFC 3339 in UTC; nothing is ' +
        'left out of an answer, what has no value is null; what goes wrong is `application/problem+json`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      examples: problemExamples(),
    },
  });
}
