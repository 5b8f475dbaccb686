import type { Handled } from '@punctual/chassis';
import type { Outcome } from '../commands/command.ts';

/** The outcome of a command as an answer; a repeat says that it is one. */
export function toHandled({ body, version, location, replayed }: Outcome): Handled {
  return {
    body,
    ...(version !== undefined && { version }),
    ...(location !== undefined && { location }),
    ...(replayed && { headers: { 'Idempotent-Replayed': 'true' } }),
  };
}
