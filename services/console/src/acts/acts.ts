import { randomUUID } from 'node:crypto';
import { HttpProblem, type Lifecycle, type Logger, reasonOf } from '@punctual/chassis';
import type { Nats } from '@punctual/operations';
import type { ActKind, Outcome, Plan, Result } from '../audit/messages.ts';
import { readAct } from '../audit/read-audit.ts';
import { type Recorder, recordPlan, recordStart } from '../audit/record-act.ts';
import type { Person } from '../session/session.ts';
import type { Databases } from './operation.ts';
import { operations } from './operations.ts';

type Actor = Pick<Person, 'id' | 'name'>;

/** What somebody does in one request. */
export type ShortAct = { kind: ActKind; what: string; reason: string; selected: readonly string[] };
export type NewPlan = Omit<Plan, 'by'> & { sequences?: readonly number[] };

/** All acts of the console. None is done before the audit has it. */
export type Acts = {
  /**
   * Does something within the request, and records who, why and the results.
   * @throws HttpProblem `unavailable` when the audit cannot be written; then nothing was done
   */
  record(by: Actor, act: ShortAct, run: () => Promise<Result[]>): Promise<Outcome>;
  /** Records a plan, which does nothing until somebody begins it. @returns its id */
  plan(by: Actor, plan: NewPlan): Promise<string>;
  /**
   * Begins what was planned; it goes on after this returns.
   * @throws AlreadyStarted when somebody has begun it before
   */
  begin(by: Actor, id: string, reason: string): Promise<void>;
};

export type ActsDeps = { nats: () => Nats; databases: Databases; logger: Logger; lifecycle: Lifecycle };

export function createActs({ nats, databases, logger, lifecycle }: ActsDeps): Acts {
  const running = new Set<Recorder>();
  lifecycle.onShutdown('acts', () => Promise.all([...running].map(endUnfinished)));

  const run = async (nats: Nats, { id, plan, reason }: Begun, recorder: Recorder) => {
    running.add(recorder);
    try {
      const results = operations[plan.kind]({ nats, databases }, { id, plan, reason });
      for (let next = await results.next(); ; next = await results.next()) {
        if (next.done) return await recorder.end(next.value);
        recorder.add(next.value);
      }
    } catch (error) {
      logger.warn({ err: error, act: id, kind: plan.kind }, 'Act stopped');
      await recorder.end(`Stopped: ${reasonOf(error)}`);
    } finally {
      running.delete(recorder);
    }
  };

  return {
    record: async ({ id, name }, { selected, ...about }, run) => {
      const start = { ...about, by: { id, name }, count: selected.length, selected: [...selected] };
      const recorder = await recordStart(nats(), randomUUID(), start, logger);
      const results = await run().catch(async (error: unknown) => {
        await recorder.end(`Stopped: ${reasonOf(error)}`, { isInterrupted: true });
        throw error;
      });
      for (const result of results) recorder.add(result);
      try {
        await recorder.end('Finished.');
        return { results };
      } catch (error) {
        logger.error({ err: error }, 'Results of an act cannot be stored');
        return { results, notice: 'The audit has this act, but not its results.' };
      }
    },
    plan: async ({ id: personId, name }, { sequences = [], ...plan }) => {
      const id = randomUUID();
      await recordPlan(nats(), id, { ...plan, by: { id: personId, name } }, sequences);
      return id;
    },
    begin: async ({ id: personId, name }, id, reason) => {
      const connection = nats();
      const plan = (await readAct(connection, id, Temporal.Now.instant()))?.plan;
      if (!plan) throw new HttpProblem('not-found', 'There is no such plan.');
      const { kind, what, count, sample } = plan;
      const start = { kind, what, count, reason, by: { id: personId, name }, selected: sample };
      const recorder = await recordStart(connection, id, start, logger);
      run(connection, { id, plan, reason }, recorder).catch((error: unknown) =>
        logger.error({ err: error, act: id }, 'Results of an act cannot be stored'),
      );
    },
  };
}

type Begun = { id: string; plan: Plan; reason: string };

function endUnfinished(recorder: Recorder): Promise<void> {
  return recorder.end('The console was stopped. More may have been done than is listed here.', { isInterrupted: true });
}
