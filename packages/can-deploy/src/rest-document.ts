import type { RestDocument } from '@punctual/contracts/compatibility';
import { z } from 'zod';

const Operation = z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.looseObject({})) });

/** An OpenAPI document, as far as the comparison relies on it. */
export const RestDocumentShape = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.looseObject({})) }),
});

/** The names of its operations. */
export function operationsOf({ paths }: RestDocument): string[] {
  return Object.values(paths).flatMap((operations) => Object.values(operations).map(({ operationId }) => operationId));
}
