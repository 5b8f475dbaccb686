import type { ProblemError } from '../http/errors.ts';
import type { ApiResponse } from '../http/response.ts';
import type { Answer, CommandName } from '../operations.ts';
import type { Intent } from './intent.ts';

/** What became of an intent. */
export type Outcome =
  | { kind: 'DONE'; intent: Intent; response: ApiResponse<Answer<CommandName>> }
  /** The API refused it. The later intents of its lane were not sent: they relied on it. */
  | { kind: 'REFUSED'; intent: Intent; error: ProblemError; rest: Intent[] }
  /** It was too old to be sent (again). If `isSent`, it may have been executed. */
  | { kind: 'EXPIRED'; intent: Intent; rest: Intent[] };
