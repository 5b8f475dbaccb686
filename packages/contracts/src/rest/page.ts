import { z } from 'zod';

/**
 * One page of a list; `nextCursor` is given back as `cursor` for the next one, and null on the
 * last.
 */
export const page = <T extends z.ZodType>(id: string, item: T) =>
  z
    .strictObject({
      items: z.array(item).describe('The items of this page'),
      nextCursor: z.string().nullable().describe('Send it as `cursor` for the next page; null on the last one'),
    })
    .meta({
      id,
      description: 'One page of a list',
      examples: [{ items: item.meta()?.examples ?? [], nextCursor: null }],
    });

/** A list that is always whole. */
export const items = <T extends z.ZodType>(id: string, item: T) =>
  z
    .strictObject({ items: z.array(item).describe('All items') })
    .meta({ id, description: 'A whole list', examples: [{ items: item.meta()?.examples ?? [] }] });
