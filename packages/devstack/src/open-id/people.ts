import type { Role } from '@punctual/contracts';

/** Somebody who can sign in. */
export type Person = { readonly sub: string; readonly name: string; readonly roles: readonly Role[] };

/**
 * The people of the story and Olga from ops, one click each on the sign-in page. Their ids never
 * change, unlike those that the story plays with.
 */
export const people: readonly Person[] = [
  { sub: 'ca41a000-0000-4000-8000-000000000001', name: 'Carla', roles: ['customer'] },
  { sub: '9a010000-0000-4000-8000-000000000002', name: 'Paul', roles: ['provider'] },
  { sub: '1e4a0000-0000-4000-8000-000000000003', name: 'Lena', roles: ['provider'] },
  { sub: 'fa900000-0000-4000-8000-000000000004', name: 'Fay', roles: ['finance'] },
  { sub: 'f1440000-0000-4000-8000-000000000005', name: 'Finn', roles: ['finance'] },
  { sub: '019a0000-0000-4000-8000-000000000006', name: 'Olga', roles: ['ops'] },
];
