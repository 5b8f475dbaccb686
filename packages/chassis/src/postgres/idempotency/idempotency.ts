import { createHash } from 'node:crypto';
import { DomainError } from '../../domain/domain-error.ts';
import type { Caller } from '../../http/authenticate.ts';
import { deleteInBatches } from '../delete-in-batches.ts';
import type { Queryable, Statement } from '../statement.ts';

/** What every request that changes something has in common. */
export type CommandRequest = {
  caller: Pick<Caller, 'id' | 'roles'>;
  idempotencyKey: string | undefined;
  /** `*`, or the version inside the tag. */
  ifMatch: string | undefined;
  method: string;
  /** With the query. */
  path: string;
  body: unknown;
};

/** A transaction's claim on the Idempotency-Key of one caller. */
export type KeyClaim = {
  callerId: string;
  key: string;
  /** A digest of the request. */
  fingerprint: string;
  /** Whether this transaction holds the key; otherwise another one is running its command. */
  mine: boolean;
  /** The response that is stored under the key, as JSON. */
  stored: { fingerprint: string; response: string } | undefined;
};

const keptHours = 48;

/** The stored responses of a database, for its first migration. */
export const idempotencyTable: readonly string[] = [
  `create table idempotency_key (
    caller_id uuid not null,
    key text not null,
    fingerprint text not null,
    answer jsonb not null,
    created_at timestamptz(3) not null,
    primary key (caller_id, key)
  )`,
  'create index idempotency_key_age on idempotency_key (created_at)',
];

/**
 * Stores the text of the response too, since jsonb keeps no order of members. `answer` stays for
 * instances of the release before, which read and write it alone.
 */
export const idempotencyAnswerText = 'alter table idempotency_key add column answer_text text';

type Keyed = CommandRequest & { idempotencyKey: string };
type Held = { mine: boolean };
type Stored = { fingerprint: string; response: string };
export type ClaimRows = [Held[], Stored[]];

export function hasKey(request: CommandRequest): request is Keyed {
  return request.idempotencyKey !== undefined;
}

/**
 * The two statements that take the request's key until the transaction ends and read the response
 * that is stored under it. Run them before anything is locked, so that a second request does not
 * wait for the first. Two statements, since only one that begins after the key was taken sees every
 * response stored before.
 */
export function claimStatements(request: Keyed): Statement[] {
  const [held, parameters] = holdsKey(request);
  return [
    [`select ${held} as mine`, parameters],
    // A text that differs from the answer is stale: an instance of an earlier release replaced the
    // answer alone.
    [
      `select fingerprint, case when answer_text::jsonb = answer then answer_text else answer::text end as response
        from idempotency_key
        where caller_id = ? and key = ? and created_at > clock_timestamp() - interval '${keptHours} hours'`,
      [request.caller.id, request.idempotencyKey],
    ],
  ];
}

/** The condition that this transaction takes or holds the request's key. */
export function holdsKey({ caller, idempotencyKey }: Keyed): Statement {
  return ['pg_try_advisory_xact_lock(hashtextextended(?, 0))', [`idempotency ${caller.id} ${idempotencyKey}`]];
}

/** Reads the rows of {@link claimStatements}. */
export function toClaim(request: Keyed, [[held], [stored]]: ClaimRows): KeyClaim {
  return {
    callerId: request.caller.id,
    key: request.idempotencyKey,
    fingerprint: fingerprint(request),
    mine: held?.mine ?? false,
    stored,
  };
}

/**
 * Returns the response that this request got before, if any, with its members in their order. Call
 * it after the checks of sight and role, and before preconditions.
 * @throws DomainError `idempotency-in-flight`, `idempotency-key-reused`
 */
export function replayResponse(claim: KeyClaim | undefined): unknown {
  if (!claim) return undefined;
  const { mine, stored, fingerprint } = claim;
  if (!mine) throw new DomainError('idempotency-in-flight', 'The same request is still being processed.');
  if (!stored) return undefined;
  if (stored.fingerprint === fingerprint) return JSON.parse(stored.response);
  throw new DomainError('idempotency-key-reused', 'This Idempotency-Key was used for another request.');
}

/**
 * The statement that stores the response to an accepted command, in that command's transaction. It
 * replaces an expired one.
 */
export function storeResponse({ callerId, key, fingerprint }: KeyClaim, response: unknown): Statement {
  const text = JSON.stringify(response);
  return [
    `insert into idempotency_key (caller_id, key, fingerprint, answer, answer_text, created_at)
      values (?, ?, ?, ?, ?, clock_timestamp())
      on conflict (caller_id, key) do update
        set fingerprint = excluded.fingerprint, answer = excluded.answer, answer_text = excluded.answer_text,
          created_at = excluded.created_at`,
    [callerId, key, fingerprint, text, text],
  ];
}

/** Deletes expired responses, which are ignored from the moment they expire. */
export async function purgeResponses(database: Queryable, now: Temporal.Instant, signal: AbortSignal): Promise<void> {
  const oldest = now.subtract({ hours: keptHours });
  await deleteInBatches(database, signal, {
    table: 'idempotency_key',
    where: 'created_at <= ?',
    parameters: [oldest],
  });
}

/** An empty body is as good as none. */
function fingerprint({ method, path, body }: CommandRequest): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${JSON.stringify(body ?? {})}`)
    .digest('hex');
}
