import type { z } from 'zod';
import type { ZodOpenApiContentObject, ZodOpenApiOperationObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import type { Endpoint } from '../endpoints/index.ts';
import { goodAnswerHeaders, mutationHeaders, resumeHeaders } from './headers.ts';
import { problemResponses } from './problem-responses.ts';

/** What OpenAPI says of one endpoint. */
export function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { name, owner, summary, access, body, bodyOptional } = endpoint;
  return {
    operationId: name,
    tags: [owner],
    summary,
    ...(access === 'public' && { security: [] }),
    requestParams: requestParams(endpoint),
    ...(body && { requestBody: { required: !bodyOptional, content: requestContent(body) } }),
    responses: responses(endpoint),
  };
}

function requestParams({ method, access, params, query, success }: Endpoint): Record<string, z.ZodObject> {
  const isOfUser = access === 'token';
  const header =
    method !== 'GET' ? isOfUser && mutationHeaders : success.contentType === 'text/event-stream' && resumeHeaders;
  return { ...(params && { path: params }), ...(query && { query }), ...(header && { header }) };
}

function requestContent(schema: z.ZodObject): ZodOpenApiContentObject {
  // Said here because a schema that changes what it reads (a blank reason is none) cannot show examples of its input.
  const examples = schema.meta()?.examples?.map((value, index) => [`${index + 1}`, { value }]) ?? [];
  return { 'application/json': { schema, examples: Object.fromEntries(examples) } };
}

function responses(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const { success, otherwise, alternative } = endpoint;
  const content = {
    [success.contentType ?? 'application/json']: success.schema ? { schema: success.schema } : {},
    ...(alternative && { [alternative]: { schema: { type: 'string' as const } } }),
  };
  const problems = problemResponses(endpoint.problems);
  return {
    [`${success.status}`]: { description: success.description, headers: goodAnswerHeaders(endpoint), content },
    ...problems,
    ...(otherwise && {
      [`${otherwise.status}`]: {
        description: otherwise.description,
        content: { ...content, ...problems[`${otherwise.status}`]?.content },
      },
    }),
  };
}
