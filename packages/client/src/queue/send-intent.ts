import type { Client } from '../client.ts';
import { ProblemError } from '../http/errors.ts';
import type { ApiResponse, Call } from '../http/response.ts';
import type { Answer, CommandName } from '../operations.ts';
import type { Intent } from './intent.ts';

/** What sending an intent came to. */
export type Verdict =
  | { kind: 'DONE'; response: ApiResponse<Answer<CommandName>> }
  | { kind: 'REFUSED'; error: ProblemError }
  /** It stays. `isForAll`: no other intent would fare better now (no network, no valid token). */
  | { kind: 'LATER'; isForAll: boolean; afterMs: number };

/** Sends an intent with its idempotency key, so that sending it again has no second effect. */
export async function sendIntent(client: Client, { id, name, input }: Intent): Promise<Verdict> {
  const command = client[name] as (input: unknown) => Call<Answer<CommandName>>;
  try {
    return { kind: 'DONE', response: await command({ ...input, idempotencyKey: id }).withResponse() };
  } catch (error) {
    // No network, something else than the API answered, or there is no token.
    if (!(error instanceof ProblemError)) return { kind: 'LATER', isForAll: true, afterMs: 0 };
    const { status, retryAfterMs: afterMs } = error;
    if (status === 401) return { kind: 'LATER', isForAll: true, afterMs };
    if (status >= 500 || error.isTemporary) return { kind: 'LATER', isForAll: false, afterMs };
    return { kind: 'REFUSED', error };
  }
}
