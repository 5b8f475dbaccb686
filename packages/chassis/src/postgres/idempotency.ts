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

/** One caller's key, a digest of the request that it stands for, whether this transaction could take it, and what is kept under it. */
export type Claim = {
  callerId: string;
  key: string;
  fingerprint: string;
  mine: boolean;
  kept: { fingerprint: string; answer: unknown } | undefined;
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
 * Takes the request's key, if it has one, until the transaction ends: a refused command leaves nothing behind. To be called before
 * anything is locked, so that a second request does not wait for the first.
 */
export async function claimKey(em: EntityManager, request: CommandRequest): Promise<Claim | undefined> {
  const { caller, idempotencyKey: key } = request;
  if (key === undefined) return undefined;
  // Two statements at once: only what begins after the key was taken sees all that was kept before.
  const [claimed, kept] = await em.execute<[{ mine: boolean }, Claim['kept']]>(
    `select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as mine;
      select fingerprint, answer from idempotency_key
        where caller_id = ? and key = ? and created_at > clock_timestamp() - interval '${keptHours} hours'`,
    [`idempotency ${caller.id} ${key}`, caller.id, key],
  );
  return { callerId: caller.id, key, fingerprint: fingerprint(request), mine: claimed.mine, kept };
}

/**
 * The answer that this request got before, if any. Comes after sight and role, and before preconditions.
 * @throws DomainError `idempotency-in-flight`, `idempotency-key-reused`
 */
export function recallAnswer(claim: Claim | undefined): unknown {
  if (!claim) return undefined;
  const { mine, kept, fingerprint } = claim;
  if (!mine) throw new DomainError('idempotency-in-flight', 'The same request is still being answered.');
  if (!kept || kept.fingerprint === fingerprint) return kept?.answer;
  throw new DomainError('idempotency-key-reused', 'This Idempotency-Key was used for another request.');
}

/**
 * The statement that keeps the answer to an accepted command, for its own transaction; it replaces one whose time is over.
 */
export function keepAnswer({ callerId, key, fingerprint }: Claim, answer: unknown): Statement {
  return [
    `insert into idempotency_key (caller_id, key, fingerprint, answer, created_at)
      values (?, ?, ?, ?, clock_timestamp())
      on conflict (caller_id, key) do update
        set fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at`,
    [callerId, key, fingerprint, JSON.stringify(answer)],
  ];
}

/** Deletes the kept answers whose time is over; they count no longer even before. */
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
