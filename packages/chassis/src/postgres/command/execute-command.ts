import { z } from 'zod';
import { DomainError, type ProblemExtras } from '../../domain/domain-error.ts';
import type { HandlerResponse } from '../../http/handle.ts';
import type { Database } from '../database.ts';
import {
  type ClaimRows,
  type CommandRequest,
  claimStatements,
  hasKey,
  holdsKey,
  type KeyClaim,
  replayResponse,
  storeResponse,
  toClaim,
} from '../idempotency/idempotency.ts';
import type { OutboxRelay } from '../outbox/relay.ts';
import type { Statement } from '../statement.ts';
import type { Transaction } from '../transaction.ts';

/** What every command needs of its service. */
export type CommandDeps = {
  database: Database;
  relay: OutboxRelay;
  now: () => Temporal.Instant;
  newId: () => string;
};

/**
 * How the state is read that a command judges. All of it comes in one round trip, together with the
 * Idempotency-Key, and what `read` reads is as it is behind the lock.
 */
export type Load<State, Rows extends readonly object[][]> = {
  /**
   * A select with a `where`, of the row that the command changes; several, which are locked in this
   * order; or a name, where there may be no row yet. Nothing is locked without it.
   */
  lock?: Lock;
  read?: readonly Statement[];
  /** @param rows of the locked rows, if `lock` has any, and then of each statement of `read` */
  toState(rows: Rows): State;
};

type Lock = { row: Statement } | { rows: readonly Statement[] } | { name: string };

/** What a command decides on. */
export type CommandContext<State, Actor> = {
  state: State;
  actor: Actor;
  now: Temporal.Instant;
  newId: () => string;
  transaction: Transaction;
};

/** What an accepted command writes, and its response. A dry run writes nothing. */
export type Decided = { response: HandlerResponse; writes: readonly Statement[] | 'dry run' };

export type Command<State, Actor, Rows extends readonly object[][]> = {
  load: Load<State, Rows>;
  /** Judges sight, then role. @throws DomainError `not-found`, `forbidden` and the like */
  authorize(state: State, now: Temporal.Instant): Actor;
  /** What `If-Match` is compared with. Without a version it must be `*`. */
  version(state: State): number | undefined;
  /** Whether there is a state at all, for `If-Match: *`. Without it there is. */
  exists?(state: State): boolean;
  /** Judges the rules. It may read more, by `transaction`. @throws DomainError */
  decide(context: CommandContext<State, Actor>): Decided | Promise<Decided>;
  /** The state as the caller sees it, for refusals that it explains. */
  current?(refusal: DomainError, context: CommandContext<State, Actor>): Current | Promise<Current>;
  /** How the service stores a response to replay it. */
  stored?: StoredForm;
};

type Current = Pick<ProblemExtras, 'currentJob' | 'currentAssignment' | 'currentPayout'> | undefined;

/** Both ways between a response and what is stored of it. */
export type StoredForm = {
  toStored(response: HandlerResponse): unknown;
  /** @param stored maybe by another release */
  toResponse(stored: unknown): HandlerResponse;
};

/**
 * Runs a command in one transaction, with the checks in the order of api.md: sight, role,
 * Idempotency-Key, `If-Match`, then the command's own rules. After a conflict with another
 * transaction all of it runs again.
 *
 * It costs two messages to PostgreSQL, besides what `decide` reads: the first takes the key, locks
 * and reads; the second writes, stores the response under the key, and commits. A request whose
 * key another transaction holds waits for nothing.
 *
 * @example
 * export function closeShop(
 *   deps: CommandDeps,
 *   request: CommandRequest & { params: { id: string } },
 * ) {
 *   const { caller, params } = request;
 *   return executeCommand(deps, request, {
 *     load: {
 *       lock: { row: ['select id, owner_id, version from shop where id = ?', [params.id]] },
 *       read: [['select count(*)::int as count from shop_order where shop_id = ?', [params.id]]],
 *       toState: ([[shop], [orders]]: [ShopRow[], { count: number }[]]) => ({ shop, orders }),
 *     },
 *     authorize: ({ shop }) => requireOwner(caller, shop),
 *     version: ({ shop }) => shop?.version,
 *     decide: ({ state, actor, now, newId }) => {
 *       const change = close(state, actor, now);
 *       const response = { body: presentShop(change.after), version: change.after.version };
 *       return { response, writes: saveChanges(shops, [change], { newId }) };
 *     },
 *   });
 * }
 *
 * @throws DomainError
 */
export async function executeCommand<State, Actor, Rows extends readonly object[][]>(
  { database, relay, now: clock, newId }: CommandDeps,
  request: CommandRequest,
  command: Command<State, Actor, Rows>,
): Promise<HandlerResponse> {
  const response = await database.transaction(async (transaction): Promise<HandlerResponse> => {
    const { claim, state } = await claimAndLoad(transaction, request, command.load);
    const now = clock();
    const actor = command.authorize(state, now);
    const replay = replayResponse(claim);
    const stored = command.stored ?? wholeResponse;
    if (replay !== undefined) return { ...stored.toResponse(replay), replayed: true };

    const context = { state, actor, now, newId, transaction };
    try {
      requireMatch(request, command.version(state), command.exists?.(state));
      const { response, writes } = await command.decide(context);
      if (writes === 'dry run') return response;
      await transaction.commit([...writes, ...(claim ? [storeResponse(claim, stored.toStored(response))] : [])]);
      return response;
    } catch (error) {
      if (!(error instanceof DomainError) || !command.current) throw error;
      throw withCurrent(error, await command.current(error, context));
    }
  });
  relay.wake();
  return response;
}

/** The refusal with the state, also under the name that it had in 1.0. */
function withCurrent(refusal: DomainError, state: Current): DomainError {
  const current = state?.currentJob ?? state?.currentAssignment ?? state?.currentPayout;
  if (!current) return refusal;
  const { code, message, extras, retryAfterS } = refusal;
  return new DomainError(code, message, { ...extras, ...state, current }, retryAfterS);
}

/** The transaction that has the key locks the row; any other looks at it without waiting. */
async function claimAndLoad<State, Rows extends readonly object[][]>(
  transaction: Transaction,
  request: CommandRequest,
  { lock, read = [], toState }: Load<State, Rows>,
): Promise<{ claim: KeyClaim | undefined; state: State }> {
  const claiming = hasKey(request) ? claimStatements(request) : [];
  const locking = lock ? lockStatements(lock, hasKey(request) ? holdsKey(request) : undefined) : [];
  const rows = await transaction.batch<object[][]>([...claiming, ...locking, ...read]);
  const claim = hasKey(request) ? toClaim(request, rows.splice(0, claiming.length) as ClaimRows) : undefined;
  if (claim?.mine === false) {
    const unlocked = [...(lock ? rowsOf(lock) : []), ...read];
    return { claim, state: toState(await transaction.batch<Rows>(unlocked)) };
  }
  if (lock && 'name' in lock) rows.shift();
  return { claim, state: toState(rows as unknown as Rows) };
}

function lockStatements(lock: Lock, held: Statement | undefined): Statement[] {
  const [condition = '', heldParameters = []] = held ?? [];
  if (!('name' in lock)) {
    const ifHeld = held ? ` and ${condition}` : '';
    return rowsOf(lock).map(([select, parameters]) => [
      `${select}${ifHeld} for update`,
      [...parameters, ...heldParameters],
    ]);
  }
  return [
    [
      `select pg_advisory_xact_lock(hashtextextended(?, 0))${held ? ` where ${condition}` : ''}`,
      [lock.name, ...heldParameters],
    ],
  ];
}

function rowsOf(lock: Lock): readonly Statement[] {
  if ('rows' in lock) return lock.rows;
  return 'row' in lock ? [lock.row] : [];
}

/** @throws DomainError `precondition-failed` */
function requireMatch({ ifMatch }: CommandRequest, version: number | undefined, exists = true): void {
  if (ifMatch === undefined || (ifMatch === '*' ? exists : ifMatch === String(version))) return;
  const current = version === undefined ? 'there is none yet' : `the current one is ${version}`;
  throw new DomainError('precondition-failed', `If-Match names version ${ifMatch}; ${current}.`);
}

const WholeResponse = z.object({
  body: z.unknown(),
  version: z.number().exactOptional(),
  location: z.string().exactOptional(),
});

const wholeResponse: StoredForm = {
  toStored: ({ body, version, location }) => ({ body, version, location }),
  toResponse: (stored) => WholeResponse.parse(stored),
};
