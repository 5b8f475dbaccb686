import { z } from 'zod';

/** One page of a list; `nextCursor` is given back as `cursor` for the next one, and null on the last. */
export const page = <T extends z.ZodType>(id: string, item: T) =>
  z
    .strictObject({ items: z.array(item), nextCursor: z.string().nullable() })
    .meta({ id, examples: [{ items: item.meta()?.examples ?? [], nextCursor: null }] });

/** A list that is always whole. */
export const items = <T extends z.ZodType>(id: string, item: T) =>
  z.strictObject({ items: z.array(item) }).meta({ id, examples: [{ items: item.meta()?.examples ?? [] }] });
