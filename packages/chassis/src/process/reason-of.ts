import { messageWithoutValues } from './without-values.ts';

/**
 * Describes an error for logs and dead letters: its own message without the values that it refused.
 */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? messageWithoutValues(error) : String(error);
}
