import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '@punctual/chassis/domain';
import { z } from 'zod';
import type { Statement } from './statement.ts';

/** One caller's key, and a digest of the request that it stands for. */
export type IdempotencyKey = { callerId: string; key: string; fingerprint: string };

/** An answer as it is given, and given again. */
export const Answer = z.object({
  body: z.unknown(),
  version: z.number().optional(),
  location: z.string().optional(),
});
export type Answer = z.infer<typeof Answer>;

/** Takes the key for this transaction; false while a request with the same key is still being answered. */
export async function claimKey(em: EntityManager, { callerId, key }: IdempotencyKey): Promise<boolean> {
  const [row] = await em.execute<{ mine: boolean }[]>(
    'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as mine',
    [`idempotency ${callerId} ${key}`],
  );
  return row?.mine === true;
}

/**
 * The answer that was kept for a claimed key, if any.
 * @throws DomainError `idempotency-key-reused` when the key stands for another request
 */
export async function recallAnswer(
  em: EntityManager,
  { callerId, key, fingerprint }: IdempotencyKey,
  keptSince: Temporal.Instant,
): Promise<Answer | undefined> {
  const [kept] = await em.execute<{ fingerprint: string; answer: unknown }[]>(
    'select fingerprint, answer from idempotency_key where caller_id = ? and key = ? and created_at > ?',
    [callerId, key, keptSince.toString()],
  );
  if (!kept) return undefined;
  if (kept.fingerprint === fingerprint) return Answer.parse(kept.answer);
  throw new DomainError('idempotency-key-reused', 'This Idempotency-Key was used for another request.');
}

/** The write that keeps the answer to an accepted command; it replaces one whose time is over. */
export function keepAnswer({ callerId, key, fingerprint }: IdempotencyKey, answer: Answer): Statement {
  return [
    `insert into idempotency_key (caller_id, key, fingerprint, answer, created_at)
      values (?, ?, ?, ?, clock_timestamp())
      on conflict (caller_id, key) do update
        set fingerprint = excluded.fingerprint, answer = excluded.answer, created_at = excluded.created_at`,
    [callerId, key, fingerprint, JSON.stringify(answer)],
  ];
}

/** Deletes the keys whose time is over. */
export async function forgetAnswers(em: EntityManager, before: Temporal.Instant): Promise<void> {
  await em.execute('delete from idempotency_key where created_at <= ?', [before.toString()]);
}
