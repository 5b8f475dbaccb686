import { readStream, streamInfo } from '@punctual/chassis';
import type { Nats } from '@punctual/operations';
import { z } from 'zod';
import { type ActKind, End, Plan, type Result, Results, Selection, Start } from './messages.ts';
import { pace } from './pace.ts';

export type ActState = 'PLANNED' | 'RUNNING' | 'INTERRUPTED' | 'ENDED';

/** An act, as far as the audit knows it. Times are RFC 3339. */
export type AuditedAct = {
  id: string;
  state: ActState;
  plan: (Plan & { at: string }) | undefined;
  start: (Start & { at: string }) | undefined;
  end: (End & { at: string }) | undefined;
  /** Until now. */
  done: number;
  failed: number;
};

/** An act that has begun. */
export type ListedAct = AuditedAct & { start: Start & { at: string } };

/** Which acts, newest first. */
export type AuditQuery = { kinds: readonly ActKind[]; personId: string | undefined; before: number | undefined };

const actsOnPage = 50;
const resultsOnPage = 100;
/** How far back a page looks at first; each further look goes four times as far. */
const firstSpan = 500;
/** A page of which few match is answered in time, and has a next one. */
const mostMs = 150;

/** What the audit knows of an act; undefined for an unknown one. */
export async function readAct(nats: Nats, id: string, now: Temporal.Instant): Promise<AuditedAct | undefined> {
  if (!z.uuid().safeParse(id).success) return undefined;
  const [plan, start, end, results] = await Promise.all([
    readLast(nats, `audit.${id}.plan`, Plan),
    readLast(nats, `audit.${id}.start`, Start),
    readLast(nats, `audit.${id}.end`, End),
    readLast(nats, `audit.${id}.results`, Results),
  ]);
  if (!plan && !start) return undefined;
  const { done, failed } = end ?? results ?? { done: 0, failed: 0 };
  return { id, state: stateOf(start, end, results?.at, now), plan, start, end, done, failed };
}

function stateOf(
  start: { at: string } | undefined,
  end: End | undefined,
  last: string | undefined,
  now: Temporal.Instant,
): ActState {
  if (end) return end.isInterrupted ? 'INTERRUPTED' : 'ENDED';
  if (!start) return 'PLANNED';
  return now.since(last ?? start.at).total('milliseconds') > pace.silenceMs ? 'INTERRUPTED' : 'RUNNING';
}

/** The dead letters that were selected for an act. */
export async function readSelection(nats: Nats, id: string): Promise<number[]> {
  const parts = readStream(nats, 'AUDIT', { subjects: [`audit.${id}.selection`] });
  const all: number[][] = [];
  for await (const message of parts) all.push(Selection.parse(message.json()).sequences);
  return all.flat();
}

/** @param after the cursor `next` of the page before */
export async function readResults(
  nats: Nats,
  id: string,
  after: number | undefined,
): Promise<{ results: Result[]; next: number | undefined }> {
  const results: Result[] = [];
  let last = after;
  const selection = { subjects: [`audit.${id}.results`], ...(after !== undefined && { fromSequence: after + 1 }) };
  for await (const message of readStream(nats, 'AUDIT', selection)) {
    const more = Results.parse(message.json()).results;
    if (results.length > 0 && results.length + more.length > resultsOnPage) return { results, next: last };
    results.push(...more);
    last = message.seq;
  }
  return { results, next: undefined };
}

/** Acts that have begun, newest first, and the `before` of the next page. */
export async function listActs(
  nats: Nats,
  { kinds, personId, before }: AuditQuery,
  now: Temporal.Instant,
): Promise<{ acts: ListedAct[]; next: number | undefined }> {
  const info = await streamInfo(nats, 'AUDIT');
  const { first_seq: first, last_seq: last } = info?.state ?? { first_seq: 1, last_seq: 0 };
  const deadline = performance.now() + mostMs;
  const found: { id: string; sequence: number }[] = [];
  let upper = Math.min(before ?? Number.MAX_SAFE_INTEGER, last + 1);
  for (let span = firstSpan; upper > first && found.length <= actsOnPage; span *= 4) {
    if (performance.now() > deadline) break;
    const from = Math.max(first, upper - span);
    const block: typeof found = [];
    for await (const message of readStream(nats, 'AUDIT', { subjects: ['audit.*.start'], fromSequence: from })) {
      if (message.seq >= upper) break;
      const { kind, by } = Start.parse(message.json());
      if (!kinds.includes(kind) || (personId !== undefined && by.id !== personId)) continue;
      block.push({ id: message.subject.split('.')[1] ?? '', sequence: message.seq });
    }
    found.push(...block.toReversed());
    upper = from;
  }
  const onPage = found.slice(0, actsOnPage);
  const acts = await Promise.all(
    onPage.map(async ({ id }) => {
      const act = await readAct(nats, id, now);
      return act?.start ? [{ ...act, start: act.start }] : [];
    }),
  );
  if (found.length > actsOnPage) return { acts: acts.flat(), next: onPage.at(-1)?.sequence };
  return { acts: acts.flat(), next: upper > first ? upper : undefined };
}

async function readLast<T>({ manager }: Nats, subject: string, schema: z.ZodType<T>) {
  const message = await manager.streams.getMessage('AUDIT', { last_by_subj: subject });
  return message ? { ...schema.parse(message.json()), at: message.time.toISOString() } : undefined;
}
