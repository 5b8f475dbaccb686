import { z } from 'zod';
import type { oas31, ZodOpenApiOperationObject, ZodOpenApiResponsesObject } from 'zod-openapi';
import { type Endpoint, endpoints } from '../endpoints/index.ts';
import { sample } from '../samples.ts';
import { Uuid } from '../scalars.ts';
import { answerContent, requestContent, unwellContent } from './contents.ts';
import { goodAnswerHeaders, mutationHeaders, resumeHeaders } from './headers.ts';
import { problemResponses } from './problem-responses.ts';

/** What OpenAPI says of one endpoint. */
export function operation(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { name, tag, summary, access, body, bodyOptional, deprecated } = endpoint;
  return {
    operationId: name,
    tags: [tag],
    summary,
    ...(deprecated && { deprecated: true }),
    description: describe(endpoint),
    'x-roles': rolesOf(endpoint),
    ...(access === 'public' && { security: [] }),
    requestParams: requestParams(endpoint),
    ...(body && { requestBody: { required: !bodyOptional, content: requestContent(body) } }),
    responses: responses(endpoint),
  };
}

function describe(endpoint: Endpoint): string {
  const roles = rolesOf(endpoint).map((role) => `\`${role}\``);
  return `${endpoint.description}\n\nWho may call it: ${callers[String(endpoint.roles)] ?? roles.join(', ')}.`;
}

const callers: Record<string, string> = { anyone: 'anyone, without a token', 'signed-in': 'anyone with a token' };

const rolesOf = ({ roles }: Endpoint): readonly string[] => (typeof roles === 'string' ? [roles] : roles);

function requestParams(endpoint: Endpoint): Record<string, z.ZodObject> {
  const { method, access, params, query, success, alternative } = endpoint;
  const isOfUser = access !== 'public';
  const isStream = [success.contentType, alternative].includes('text/event-stream');
  const header = method !== 'GET' ? isOfUser && mutationHeaders : isStream && resumeHeaders;
  return { ...(params && { path: withExample(endpoint) }), ...(query && { query }), ...(header && { header }) };
}

/** The id in the path, with the example of its resource. */
function withExample({ path, params }: Endpoint): z.ZodObject {
  const found = Object.entries(pathIds).find(([prefix]) => path.startsWith(prefix));
  if (!found || !params?.shape.id) return params ?? z.object({});
  const [, [what, id]] = found;
  return params.extend({ id: Uuid.meta({ description: `Id of the ${what}`, examples: [id] }) });
}

const pathIds = {
  '/jobs/': ['job', sample.jobId],
  '/payouts/': ['payout', sample.payoutId],
  '/providers/': ['provider', sample.providerId],
  '/ops/people/': ['person', sample.customerId],
  '/': ['assignment', sample.assignmentId],
} as const;

function responses(endpoint: Endpoint): ZodOpenApiResponsesObject {
  const { success, otherwise } = endpoint;
  const content = answerContent(endpoint);
  const problems = problemResponses(endpoint);
  const links = linksOf(endpoint);
  return {
    [`${success.status}`]: {
      description: success.description,
      headers: goodAnswerHeaders(endpoint),
      content,
      ...(links && { links }),
    },
    ...problems,
    ...(otherwise && {
      [`${otherwise.status}`]: {
        description: otherwise.description,
        content: { ...unwellContent(content), ...problems[`${otherwise.status}`]?.content },
      },
    }),
  };
}

/** From what was created to the operations that read it and go on with it. */
function linksOf({ success }: Endpoint): oas31.LinksObject | undefined {
  if (!success.links) return undefined;
  return Object.fromEntries(
    Object.entries(success.links).map(([operationId, id]) => {
      const { summary } = endpoints[operationId as keyof typeof endpoints];
      return [operationId, { operationId, description: summary, parameters: { id: `$response.body#/${id}` } }];
    }),
  );
}
