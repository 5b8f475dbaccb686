import type { Caller, Handled } from '@punctual/chassis';
import type { CommandRequest, Outcome } from '../commands/command.ts';

/** What every request that changes something has in common. */
export type MutationRequest = {
  caller: Caller;
  idempotencyKey: string | undefined;
  ifMatch: string | undefined;
  method: string;
  path: string;
  body: unknown;
};

export function toCommand({ caller, idempotencyKey, ifMatch, method, path, body }: MutationRequest): CommandRequest {
  return { caller, idempotencyKey, ifMatch, method, path, body };
}

export function toHandled({ body, version, location, replayed }: Outcome): Handled {
  return {
    body,
    ...(version !== undefined && { version }),
    ...(location !== undefined && { location }),
    ...(replayed && { headers: { 'Idempotent-Replayed': 'true' } }),
  };
}
