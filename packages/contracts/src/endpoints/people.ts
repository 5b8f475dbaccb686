import { ErasePersonBody, Erasure } from '../rest/erasure.ts';
import { ErasureQuery, IdParams } from '../rest/parameters.ts';
import type { EndpointDefinition } from './endpoint.ts';
import { create, list } from './problem-sets.ts';

export const peopleEndpoints = {
  erasePerson: {
    method: 'POST',
    path: '/ops/people/:id/erasure',
    owner: 'scheduling',
    summary: 'Erase the texts written by or about a person; publishes `person.erased`',
    description:
      'For ops. Replaces texts by `[erased]` and keeps versions and times. Any UUID may be erased, and again.',
    tag: 'Operations',
    roles: ['ops'],
    access: 'ops',
    params: IdParams,
    body: ErasePersonBody,
    success: {
      status: 202,
      description: 'Recorded; the erasure follows',
      schema: Erasure,
      links: { getErasure: 'personId', getPayoutsErasure: 'personId' },
    },
    problems: [...create, 'precondition-failed'],
  },
  getErasure: {
    method: 'GET',
    path: '/ops/people/:id/erasure',
    owner: 'scheduling',
    summary: "Progress of a person's erasure in scheduling, and the texts to erase",
    description: 'For ops. `finishedAt` is null while the service works on it.',
    tag: 'Operations',
    roles: ['ops'],
    access: 'ops',
    params: IdParams,
    query: ErasureQuery,
    success: { status: 200, description: 'The latest erasure, and the remaining texts', schema: Erasure },
    problems: [...list, 'forbidden'],
  },
  getPayoutsErasure: {
    method: 'GET',
    path: '/ops/people/:id/erasure/payouts',
    owner: 'payouts',
    summary: "Progress of a person's erasure in payouts, and the texts to erase",
    description: 'For ops. `finishedAt` is null while the service works on it.',
    tag: 'Operations',
    roles: ['ops'],
    access: 'ops',
    params: IdParams,
    query: ErasureQuery,
    success: { status: 200, description: 'The latest erasure, and the remaining texts', schema: Erasure },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, EndpointDefinition>;
