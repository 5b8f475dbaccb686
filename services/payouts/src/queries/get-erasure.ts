import { type Database, presentErasure } from '@punctual/chassis/postgres';
import type { Erasure } from '@punctual/contracts';
import { personalTexts } from '../persistence/personal-texts.ts';

/** Returns the progress of this service with the erasure of a person. */
export function getErasure(
  { database }: { database: Database },
  { personId, count }: { personId: string; count: boolean },
): Promise<Erasure> {
  return presentErasure(database, { service: 'payouts', targets: personalTexts, personId, count });
}
