import type { z } from 'zod';
import type { Endpoint } from '../endpoints/index.ts';

type Parameter = {
  in: string;
  name: string;
  example?: unknown;
  schema?: { examples?: unknown[]; default?: unknown; enum?: unknown[] };
};
type Paths = { [path: string]: { [method: string]: { operationId?: string; parameters?: Parameter[] } } };

/**
 * Shows beside each parameter the first example of its zod schema, its default, or the first of its
 * values. A schema that changes what it reads, such as a list in one text, cannot show it itself.
 */
export function showParameters(paths: object, endpoints: readonly Endpoint[]): void {
  const byName = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));
  for (const operations of Object.values(paths as Paths)) {
    for (const { operationId = '', parameters = [] } of Object.values(operations)) {
      for (const parameter of parameters) show(parameter, byName.get(operationId)?.query?.shape[parameter.name]);
    }
  }
}

function show(parameter: Parameter, query: z.ZodType | undefined): void {
  const { examples, default: otherwise, enum: values } = parameter.schema ?? {};
  const of = parameter.in === 'query' ? query?.meta()?.examples?.[0] : undefined;
  parameter.example ??= of ?? examples?.[0] ?? otherwise ?? values?.[0];
  delete parameter.schema?.examples;
}
