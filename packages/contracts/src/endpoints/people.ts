import { ErasePersonBody, Erasure } from '../rest/erasure.ts';
import { ErasureQuery, IdParams } from '../rest/parameters.ts';
import type { Endpoint } from './endpoint.ts';
import { create, list } from './problem-sets.ts';

export const peopleEndpoints = {
  erasePerson: {
    method: 'POST',
    path: '/ops/people/:id/erasure',
    owner: 'scheduling',
    summary: 'Erase the texts written by or about a person; publishes `person.erased`',
    access: 'token',
    params: IdParams,
    body: ErasePersonBody,
    success: { status: 202, description: 'Recorded, and about to be carried out', schema: Erasure },
    problems: [...create, 'precondition-failed'],
  },
  getErasure: {
    method: 'GET',
    path: '/ops/people/:id/erasure',
    owner: 'scheduling',
    summary: "How far scheduling is with a person's erasure, and what there is to erase",
    access: 'token',
    params: IdParams,
    query: ErasureQuery,
    success: { status: 200, description: 'The latest erasure, and what is left', schema: Erasure },
    problems: [...list, 'forbidden'],
  },
  getPayoutsErasure: {
    method: 'GET',
    path: '/ops/people/:id/erasure/payouts',
    owner: 'payouts',
    summary: "How far payouts is with a person's erasure, and what there is to erase",
    access: 'token',
    params: IdParams,
    query: ErasureQuery,
    success: { status: 200, description: 'The latest erasure, and what is left', schema: Erasure },
    problems: [...list, 'forbidden'],
  },
} as const satisfies Record<string, Endpoint>;
