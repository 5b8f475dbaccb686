import { messageWithoutValues } from '../process/without-values.ts';

/** Why something failed, in the words of whoever threw it, without the values that were refused: it is logged and kept. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? messageWithoutValues(error) : String(error);
}
