import type { z } from 'zod';
import type { GatewayAccess } from './access.ts';
import { askGateway } from './ask-gateway.ts';

type Page<T> = { items: T[]; nextCursor: string | null };

/**
 * The items of a list of the gateway, page by page.
 * @param path with a query
 * @param from RFC 3339; where the list, newest first, is to end
 */
export async function* readPages<T extends { createdAt: string }>(
  access: GatewayAccess,
  path: string,
  schema: z.ZodType<Page<T>>,
  from?: string,
): AsyncGenerator<T> {
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Page<T> = await askGateway(
      access,
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
