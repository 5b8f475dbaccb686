import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { edge } from './problem-sets.ts';

export const documentationEndpoints = {
  getOpenApi: {
    method: 'GET',
    path: '/openapi.json',
    owner: 'gateway',
    summary: 'This contract',
    access: 'public',
    success: { status: 200, description: 'An OpenAPI 3.1 document', schema: z.record(z.string(), z.unknown()) },
    problems: edge,
  },
  getDocs: {
    method: 'GET',
    path: '/docs',
    owner: 'gateway',
    summary: 'A page to read the contract and try it',
    access: 'public',
    success: { status: 200, description: 'The page', contentType: 'text/html' },
    problems: [...edge, 'precondition-failed', 'range-not-satisfiable'],
  },
} as const satisfies Record<string, Endpoint>;
