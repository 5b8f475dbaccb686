import type { StoredForm } from '@punctual/chassis/postgres';
import { z } from 'zod';

const Versioned = z.looseObject({ version: z.int() });

/**
 * Stores the body alone, as every release of payouts does. It is returned as it was, with the
 * fields that its release had.
 */
export const storedBody: StoredForm = {
  toStored: ({ body }) => body,
  toResponse: (stored) => ({ body: stored, version: Versioned.parse(stored).version }),
};
