import { DomainError } from '@punctual/chassis/domain';
import { type Database, presentErasure } from '@punctual/chassis/postgres';
import type { Erasure } from '@punctual/contracts';
import type { Caller } from '../domain/authorize.ts';
import { personalTexts } from '../persistence/personal-texts.ts';

/**
 * How far this service is with the erasure of a person, for ops.
 * @throws DomainError `forbidden`
 */
export function getErasure(
  { database }: { database: Database },
  caller: Caller,
  { personId, count }: { personId: string; count: boolean },
): Promise<Erasure> {
  if (!caller.roles.includes('ops')) throw new DomainError('forbidden', 'This is for ops.');
  return presentErasure(database.fork(), { service: 'scheduling', places: personalTexts, personId, count });
}
