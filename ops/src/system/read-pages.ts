import type { z } from 'zod';
import { askGateway } from './ask-gateway.ts';
import type { System } from './find-system.ts';

type Page<T> = { items: T[]; nextCursor: string | null };

/**
 * The items of a list of the gateway, page by page.
 * @param path with a query
 * @param from RFC 3339; where the list, newest first, is to end
 */
export async function* readPages<T extends { createdAt: string }>(
  system: System,
  path: string,
  schema: z.ZodType<Page<T>>,
  from?: string,
): AsyncGenerator<T> {
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page<T> = await askGateway(
      system,
      cursor ? `${path}&cursor=${encodeURIComponent(cursor)}` : path,
      schema,
    );
    for (const item of page.items) {
      if (from && Date.parse(item.createdAt) < Date.parse(from)) return;
      yield item;
    }
    cursor = page.nextCursor;
  }
}
