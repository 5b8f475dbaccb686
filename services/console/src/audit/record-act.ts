import { setTimeout as delay } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { HttpProblem, type Logger } from '@punctual/chassis';
import type { Nats } from '@punctual/operations';
import type { End, Plan, Result, Results, Selection, Start } from './messages.ts';
import { pace } from './pace.ts';

/** Records what becomes of an act. */
export type Recorder = {
  add(result: Result): void;
  /** Stores the results and how the act ended. Only the first call counts. */
  end(sentence: string, options?: { isInterrupted: boolean }): Promise<void>;
};

/** Somebody has started this act before. */
export class AlreadyStarted extends Error {}

const selectionSize = 50_000;
const mostFailures = 100;
const longestSentence = 500;

/** Records what somebody may agree to, with the sequences that were selected. */
export async function recordPlan(nats: Nats, id: string, plan: Plan, sequences: readonly number[]): Promise<void> {
  for (let from = 0; from < sequences.length; from += selectionSize) {
    const part: Selection = { sequences: sequences.slice(from, from + selectionSize) };
    await append(nats, `audit.${id}.selection`, part, { messageId: `${id}.selection.${from}` });
  }
  await append(nats, `audit.${id}.plan`, plan, { messageId: `${id}.plan` });
}

/**
 * Records that an act begins, before anything is done.
 * @throws AlreadyStarted for an act that has begun before, and HttpProblem `unavailable` when the audit cannot be written
 */
export async function recordStart(nats: Nats, id: string, start: Start, logger: Logger): Promise<Recorder> {
  try {
    await append(nats, `audit.${id}.start`, start, { isFirst: true });
  } catch (error) {
    if (error instanceof JetStreamApiError && alreadyThere.includes(error.code)) throw new AlreadyStarted();
    logger.error({ err: error, act: id }, 'Audit cannot be written');
    throw new HttpProblem('unavailable', 'The audit cannot be written, so nothing was done. Try again in a moment.');
  }
  return createRecorder(nats, id, logger);
}

const alreadyThere: readonly number[] = [
  JetStreamApiCodes.StreamWrongLastSequence,
  JetStreamApiCodes.StreamWrongLastSequenceUnknown,
];

function createRecorder(nats: Nats, id: string, logger: Logger): Recorder {
  const failures: Result[] = [];
  let waiting: Result[] = [];
  let [done, failed, parts] = [0, 0, 0];
  let ended: Promise<void> | undefined;

  const flush = async () => {
    const part: Results = { results: waiting.slice(0, pace.resultsOfMessage), done, failed };
    await append(nats, `audit.${id}.results`, part, { messageId: `${id}.results.${parts}` });
    parts += 1;
    waiting = waiting.slice(part.results.length);
  };
  let writing = Promise.resolve();
  /** One after another. What fails is tried again with the next one. */
  const write = () => {
    writing = writing.then(flush).catch((error: unknown) => {
      logger.warn({ err: error, act: id }, 'Results of an act cannot be stored yet');
    });
  };
  const beat = setInterval(write, pace.beatMs);

  const finish = async (end: Pick<End, 'sentence' | 'isInterrupted'>) => {
    clearInterval(beat);
    await writing;
    while (waiting.length > 0) await patiently(flush);
    const last: End = { ...end, done, failed, failures };
    await patiently(() => append(nats, `audit.${id}.end`, last, { messageId: `${id}.end` }));
  };
  return {
    add: (result) => {
      if (ended) return;
      const short = { ...result, sentence: result.sentence.slice(0, longestSentence) };
      if (result.done) done += 1;
      else {
        failed += 1;
        if (failures.length < mostFailures) failures.push(short);
      }
      waiting.push(short);
      if (waiting.length % pace.resultsOfMessage === 0) write();
    },
    end: (sentence, { isInterrupted } = { isInterrupted: false }) => {
      ended ??= finish({ sentence, isInterrupted });
      return ended;
    },
  };
}

/** Tries a few times: NATS may be away for a moment. */
async function patiently(work: () => Promise<void>, left = 5): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (left === 0) throw error;
    await delay(1_000);
    await patiently(work, left - 1);
  }
}

/** @param options.isFirst refuses a second message on this subject */
async function append(
  { jetstream }: Nats,
  subject: string,
  body: object,
  { messageId, isFirst }: { messageId?: string; isFirst?: boolean },
): Promise<void> {
  await jetstream.publish(subject, JSON.stringify(body), {
    ...(messageId && { msgID: messageId }),
    ...(isFirst && { expect: { lastSubjectSequence: 0 } }),
  });
}
