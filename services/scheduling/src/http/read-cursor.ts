import { HttpProblem } from '@punctual/chassis';
import { Uuid } from '@punctual/contracts';

/**
 * The id inside a cursor that a page gave out.
 * @throws HttpProblem `validation-failed`
 */
export function readCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined;
  const id = Uuid.safeParse(Buffer.from(cursor, 'base64url').toString());
  if (id.success) return id.data;
  throw new HttpProblem('validation-failed', 'The cursor is not one of ours.', {
    errors: [{ path: '/cursor', message: 'is not a cursor that a page gave out' }],
  });
}
