import { Readable } from 'node:stream';
import { type HandlerRequest, type HandlerResponse, HttpProblem } from '@punctual/chassis';
import { type endpoints, jsonSchemas } from '@punctual/contracts';
import { openApiDocument } from '@punctual/contracts/openapi';
import { compressOnce } from './compress-once.ts';

type Audience = HandlerRequest<typeof endpoints.getOpenApi>['query']['audience'];

/** Answers with the OpenAPI document of today: its examples lie in the future. */
export function getOpenApi(): (request: HandlerRequest<typeof endpoints.getOpenApi>) => Promise<HandlerResponse> {
  const documents = new Map<Audience, { day: string; compressed: ReturnType<typeof compressOnce> }>();
  return async ({ query: { audience }, raw }) => {
    const now = Temporal.Now.instant();
    const day = now.toString().slice(0, 10);
    let made = documents.get(audience);
    if (made?.day !== day) {
      const compressed = compressOnce(async () => Buffer.from(JSON.stringify(openApiDocument({ audience, now }))));
      made = { day, compressed };
      documents.set(audience, made);
    }
    const { body, headers } = await made.compressed(raw);
    return { body, headers, stream: { type: 'application/json; charset=utf-8', chunks: Readable.from([body]) } };
  };
}

/** Answers with the JSON Schema that an event names in `dataschema`. @throws HttpProblem `not-found` */
export function getSchema(): (request: HandlerRequest<typeof endpoints.getSchema>) => Promise<HandlerResponse> {
  const schemas = new Map(Object.entries(jsonSchemas()).map(([uri, schema]) => [new URL(uri).pathname, schema]));
  return async ({ params: { name } }) => {
    const schema = schemas.get(`/schemas/${name}.json`);
    if (!schema) throw new HttpProblem('not-found', `There is no schema ${name}.`);
    return { body: schema };
  };
}
