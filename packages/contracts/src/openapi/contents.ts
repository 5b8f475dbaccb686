import type { z } from 'zod';
import type { ZodOpenApiContentObject, ZodOpenApiMediaTypeObject } from 'zod-openapi';
import type { Endpoint, EndpointName } from '../endpoints/index.ts';
import { allEvents } from '../events/catalog.ts';
import { sample } from '../samples.ts';
import { answerExamples, downExample } from './answer-examples.ts';

/** The body of a request, with its examples. */
export function requestContent(schema: z.ZodObject): ZodOpenApiContentObject {
  // Said here because a schema that changes what it reads (a blank reason is none) cannot show
  // examples of its input.
  const examples = schema.meta()?.examples?.map((value, index) => [`${index + 1}`, { value }]) ?? [];
  return { 'application/json': { schema, examples: Object.fromEntries(examples) } };
}

/** The body of a good answer, in each of its media types, with an example that fits the operation. */
export function answerContent({ name, success, alternative }: Endpoint): ZodOpenApiContentObject {
  const { schema, contentType = 'application/json' } = success;
  const example = answerExamples[name as EndpointName] ?? schema?.meta()?.examples?.[0];
  return {
    [contentType]: schema ? { schema, ...(example !== undefined && { example }) } : notJson[contentType],
    ...(alternative && { [alternative]: notJson[alternative] }),
  };
}

/** The same body while the service that answers is down. */
export function unwellContent(content: ZodOpenApiContentObject): ZodOpenApiContentObject {
  return { 'application/json': { ...content['application/json'], example: downExample } };
}

const { example: event } = allEvents['schedule.confirmed'];

/** The answers that are not JSON. */
const notJson: Record<string, ZodOpenApiMediaTypeObject> = {
  'text/html': { schema: { type: 'string' } },
  'text/csv': { schema: { type: 'string' } },
  'text/event-stream': {
    schema: {
      type: 'string',
      description:
        'Server-sent events. `id` is a position, `event` the type of the event, and `data` the event as JSON: a `Change`',
      contentMediaType: 'text/event-stream',
      contentSchema: { $ref: '#/components/schemas/Change' },
    },
    example: `id: ${sample.position}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  },
};
