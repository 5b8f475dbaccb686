import { z } from 'zod';
import { OpenApiQuery, SchemaParams } from '../rest/parameters.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { edge } from './problem-sets.ts';

export const documentationEndpoints = {
  getOpenApi: {
    method: 'GET',
    path: '/openapi.json',
    owner: 'gateway',
    summary: 'This contract',
    description:
      'This document, written for the moment of reading: its examples lie in the future. For `audience=app` it leaves ' +
      'out what only ops, finance, monitoring and the payment provider call.',
    tag: 'Operations',
    roles: 'anyone',
    access: 'public',
    query: OpenApiQuery,
    success: { status: 200, description: 'An OpenAPI 3.1 document', schema: z.record(z.string(), z.unknown()) },
    problems: [...edge, 'validation-failed'],
  },
  getSchema: {
    method: 'GET',
    path: '/schemas/:name.json',
    owner: 'gateway',
    summary: 'The JSON Schema of the data of an event',
    description: 'The path is that of `dataschema` in each event: `/schemas/schedule.confirmed.v1.json`.',
    tag: 'Operations',
    roles: 'anyone',
    access: 'public',
    params: SchemaParams,
    success: { status: 200, description: 'A JSON Schema (2020-12)', schema: z.record(z.string(), z.unknown()) },
    problems: [...edge, 'validation-failed', 'not-found'],
  },
  getDocs: {
    method: 'GET',
    path: '/docs',
    owner: 'gateway',
    summary: 'A page to read this API and try it',
    description: 'A page for people. It shows this document.',
    tag: 'Operations',
    roles: 'anyone',
    access: 'public',
    anyQuery: true,
    success: { status: 200, description: 'The page', contentType: 'text/html' },
    problems: [...edge, 'precondition-failed', 'range-not-satisfiable'],
  },
} as const satisfies Record<string, EndpointDefinition>;
