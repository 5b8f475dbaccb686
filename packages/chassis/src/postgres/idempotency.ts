import { createHash } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../domain-error.ts';
import type { Caller } from '../http/authenticate.ts';
import type { Statement } from './transaction.ts';

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

/**
 * One caller's key, a digest of the request that it stands for, whether this transaction could take
 * it, and what is kept under it.
 */
export type Claim = {
  callerId: string;
  key: string;
  fingerprint: string;
  mine: boolean;
  /** The answer as JSON. */
  kept: { fingerprint: string; answer: string } | undefined;
};

const keptHours = 48;

/** The kept answers of a database, for its first migration. */
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
 * Keeps the text of the answer too, since jsonb keeps no order of members. `answer` stays for
 * instances of the release before, which read and write it alone.
 */
export const idempotencyAnswerText = 'alter table idempotency_key add column answer_text text';

/**
 * Takes the request's key, if it has one, until the transaction ends: a refused command leaves
 * nothing behind. Call it before anything is locked, so that a second request does not wait for the
 * first.
 */
export async function claimKey(em: EntityManager, request: CommandRequest): Promise<Claim | undefined> {
  const claiming = claimingOf(request);
  if (!claiming) return undefined;
  const [claimed, kept] = await em.execute<[Claimed, Kept]>(...claiming);
  return toClaim(request, claimed, kept);
}

/**
 * {@link claimKey}, and in the same round trip locks and reads the command's row. A request that
 * does not get the key neither waits for the row nor gets it.
 * @param select the row, with a `where`
 */
export async function claimKeyAndLock<Row extends object>(
  em: EntityManager,
  request: CommandRequest,
  [select, parameters]: Statement,
): Promise<{ claim: Claim | undefined; row: Row | undefined }> {
  const claiming = claimingOf(request);
  if (!claiming) {
    const [row] = await em.execute<Row[]>(`${select} for update`, [...parameters]);
    return { claim: undefined, row };
  }
  const [sql, claimParameters] = claiming;
  const [claimed, kept, row] = await em.execute<[Claimed, Kept, Row | undefined]>(
    `${sql}; ${select} and ${tryKey} for update`,
    [...claimParameters, ...parameters, keyOf(request)],
  );
  return { claim: toClaim(request, claimed, kept), row };
}

type Claimed = { mine: boolean };
type Kept = { fingerprint: string | null; answer: string | null };

/** Also true for a transaction that holds it already. */
const tryKey = 'pg_try_advisory_xact_lock(hashtextextended(?, 0))';

function keyOf({ caller, idempotencyKey }: CommandRequest): string {
  return `idempotency ${caller.id} ${idempotencyKey}`;
}

/**
 * Two statements in one message, a row each: only a statement that begins after the key was taken
 * sees every answer kept before. A text that differs from the answer is stale: an instance of an
 * earlier release replaced the answer alone.
 */
function claimingOf(request: CommandRequest): [sql: string, parameters: unknown[]] | undefined {
  const { caller, idempotencyKey } = request;
  if (idempotencyKey === undefined) return undefined;
  return [
    `select ${tryKey} as mine;
      select fingerprint, case when answer_text::jsonb = answer then answer_text else answer::text end as answer
        from (values (1)) as always left join idempotency_key
        on caller_id = ? and key = ? and created_at > clock_timestamp() - interval '${keptHours} hours'`,
    [keyOf(request), caller.id, idempotencyKey],
  ];
}

function toClaim(request: CommandRequest, { mine }: Claimed, { fingerprint: kept, answer }: Kept): Claim {
  return {
    callerId: request.caller.id,
    key: request.idempotencyKey ?? '',
    fingerprint: fingerprint(request),
    mine,
    kept: kept === null || answer === null ? undefined : { fingerprint: kept, answer },
  };
}

/**
 * Returns the answer that this request got before, if any, with its members in their order. Call it
 * after the checks of sight and role, and before preconditions.
 * @throws DomainError `idempotency-in-flight`, `idempotency-key-reused`
 */
export function recallAnswer(claim: Claim | undefined): unknown {
  if (!claim) return undefined;
  const { mine, kept, fingerprint } = claim;
  if (!mine) throw new DomainError('idempotency-in-flight', 'The same request is still being answered.');
  if (!kept) return undefined;
  if (kept.fingerprint === fingerprint) return JSON.parse(kept.answer);
  throw new DomainError('idempotency-key-reused', 'This Idempotency-Key was used for another request.');
}

/**
 * The statement that keeps the answer to an accepted command, in that command's transaction. It
 * replaces an expired one.
 */
export function keepAnswer({ callerId, key, fingerprint }: Claim, answer: unknown): Statement {
  const text = JSON.stringify(answer);
  return [
    `insert into idempotency_key (caller_id, key, fingerprint, answer, answer_text, created_at)
      values (?, ?, ?, ?, ?, clock_timestamp())
      on conflict (caller_id, key) do update
        set fingerprint = excluded.fingerprint, answer = excluded.answer, answer_text = excluded.answer_text,
          created_at = excluded.created_at`,
    [callerId, key, fingerprint, text, text],
  ];
}

/** Deletes expired answers, which are ignored from the moment they expire. */
export async function forgetAnswers(em: EntityManager, now: Temporal.Instant): Promise<void> {
  const oldest = now.subtract({ hours: keptHours }).toString();
  await em.execute('delete from idempotency_key where created_at <= ?', [oldest]);
}

/** An empty body is as good as none. */
function fingerprint({ method, path, body }: CommandRequest): string {
  return createHash('sha256')
    .update(`${method} ${path}\n${JSON.stringify(body ?? {})}`)
    .digest('hex');
}
