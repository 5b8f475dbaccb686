import { dropSelection, type Redriven, redriveInSteps, type StoredDeadLetter } from '@punctual/operations';
import { z } from 'zod';
import type { Result } from '../audit/messages.ts';
import { readSelection } from '../audit/read-audit.ts';
import { counted } from '../html/words.ts';
import type { Operation } from './operation.ts';

/** Which DLQ the sequences of a selection are of, and how many of them are redriven at most. */
export const LettersOrder = z.object({ dlqCreated: z.string(), most: z.number().optional() });

/** Redrives a selection in steps, and stops at the first new failure. */
export const redriveLetters: Operation = async function* ({ nats }, { id, plan }) {
  const { dlqCreated, most } = LettersOrder.parse(plan.order);
  const sequences = await readSelection(nats, id);
  let [handled, seen] = [0, 0];
  for await (const redriven of redriveInSteps(nats, { dlqCreated, sequences }, { ...(most && { most }) })) {
    if (redriven.outcome === 'HANDLED') handled += 1;
    seen += 1;
    yield toResult(redriven);
  }
  const left = sequences.length - seen;
  if (left === 0) return `Finished: ${counted(handled, 'dead letter')} handled.`;
  return `Ended after ${counted(seen, 'dead letter')}; ${left.toLocaleString('en')} of the selection were left alone and stay.`;
};

/** Removes a selection for good. */
export const dropLetters: Operation = async function* ({ nats }, { id, plan, reason }) {
  const { dlqCreated } = LettersOrder.parse(plan.order);
  const sequences = await readSelection(nats, id);
  let dropped = 0;
  for await (const { sequence, ...one } of dropSelection(nats, { dlqCreated, sequences }, reason)) {
    const done = one.outcome === 'DROPPED';
    if (done) dropped += 1;
    const text = letterText(sequence, done ? one.letter : undefined);
    yield { text, done, sentence: done ? 'Dropped.' : 'Not done: it was gone already.' };
  }
  return `Finished: ${counted(dropped, 'dead letter')} dropped.`;
};

/** A dead letter in one line: its number, whose it is, and what it is about. */
export function letterText(sequence: number, letter: StoredDeadLetter | undefined): string {
  if (!letter) return `Dead letter ${sequence}`;
  const { consumer, type, assignmentId, version } = letter;
  const about = assignmentId && `${type ?? 'event'}${version === null ? '' : ` version ${version}`} of ${assignmentId}`;
  return [`Dead letter ${sequence} of ${consumer}`, about].filter(Boolean).join(', ');
}

function toResult(redriven: Redriven): Result {
  const { sequence, letter } = redriven;
  const href = letter?.assignmentId ? `/assignments/${letter.assignmentId}` : undefined;
  const common = { text: letterText(sequence, letter), ...(href && { href }) };
  switch (redriven.outcome) {
    case 'HANDLED':
      return { ...common, done: true, sentence: 'Handled.' };
    case 'GONE':
      return { ...common, done: false, sentence: 'Not done: it was gone already.' };
    case 'DEAD_AGAIN': {
      const { newSequence, reason } = redriven;
      const link = { href: `/dead-letters/${newSequence}` };
      return { ...common, ...link, done: false, sentence: `Failed again, now dead letter ${newSequence}: ${reason}` };
    }
    case 'WAITING':
      return { ...common, done: false, sentence: `Delivered, but not handled yet: ${redriven.reason}` };
    case 'REFUSED':
    case 'FAILED':
      return { ...common, done: false, sentence: `Not done: ${redriven.reason}` };
  }
}
