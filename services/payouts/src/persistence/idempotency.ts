import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '@punctual/chassis/domain';
import { IdempotencyKeyRow } from './idempotency-key-row.ts';

/** One caller's key, and a digest of the request that it stands for. */
export type IdempotencyKey = { callerId: string; key: string; fingerprint: string };

const keptMs = 48 * 60 * 60 * 1000;

/**
 * The answer that was kept for this key, if any. Holds the key until the transaction ends, so that a refused command
 * leaves nothing behind.
 * @throws DomainError `idempotency-in-flight` while another transaction holds it, `idempotency-key-reused` when it stands for
 *   another request
 */
export async function recallAnswer(
  em: EntityManager,
  { callerId, key, fingerprint }: IdempotencyKey,
): Promise<unknown> {
  const [lock] = await em.execute<{ held: boolean }[]>(
    'select pg_try_advisory_xact_lock(hashtextextended(?, 0)) as held',
    [`idempotency ${callerId} ${key}`],
  );
  if (!lock?.held) throw new DomainError('idempotency-in-flight', 'A request with this key is still being worked on.');
  const kept = await em.findOne(
    IdempotencyKeyRow,
    { callerId, key, createdAt: { $gt: oldest() } },
    { disableIdentityMap: true },
  );
  if (!kept) return undefined;
  if (kept.fingerprint === fingerprint) return kept.answer;
  throw new DomainError('idempotency-key-reused', 'This key was used for another request.');
}

/** Keeps the answer to an accepted command, in the command's transaction. */
export async function keepAnswer(em: EntityManager, key: IdempotencyKey, answer: unknown): Promise<void> {
  await em.upsert(IdempotencyKeyRow, { ...key, answer, createdAt: new Date() }, { disableIdentityMap: true });
}

/** Deletes the keys whose time is over. */
export async function forgetOldAnswers(em: EntityManager): Promise<void> {
  await em.nativeDelete(IdempotencyKeyRow, { createdAt: { $lte: oldest() } });
}

function oldest(): Date {
  return new Date(Date.now() - keptMs);
}
