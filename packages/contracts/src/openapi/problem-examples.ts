import type { oas31 } from 'zod-openapi';
import { type ProblemCode, problems, problemType } from '../problems.ts';
import { Assignment } from '../rest/assignment.ts';
import { Payout } from '../rest/payout.ts';
import { Problem } from '../rest/problem.ts';
import { sample } from '../samples.ts';
import { exampleOf } from './answer-examples.ts';

/** Which resource the `current` of a problem is, if it has one. */
export type Subject = 'assignment' | 'payout' | 'other';

const currentAssignment = exampleOf(Assignment);
const currentPayout = exampleOf(Payout);
const { conflict, freeWindows } = exampleOf(Problem);
const limits = {
  notBefore: sample.createdAt,
  notAfter: '2027-02-26T08:00:00.000Z',
  minMinutes: 30,
  maxMinutes: 20_160,
};

/** Without `current`, which is deprecated and whose type no document can say. */
const currents: Record<Subject, Partial<Problem>> = {
  assignment: { currentAssignment },
  payout: { currentPayout },
  other: {},
};

/** What helps to do better, by code. */
const helping: Partial<Record<ProblemCode, Partial<Problem>>> = {
  'validation-failed': { errors: [{ path: '/start', message: 'a date and time, with or without an offset' }] },
  'window-taken': { conflict, freeWindows },
  'window-in-past': { limits },
  'window-too-far': { limits },
  'window-too-short': { limits },
  'window-too-long': { limits },
};

/** The codes that come with the current state. */
const withCurrent = new Set<ProblemCode>([
  'precondition-failed',
  'version-conflict',
  'invalid-transition',
  'visit-started',
  'already-approved',
]);

/** The name of the example of a code, which differs by the resource where that is shown. */
export const exampleName = (code: ProblemCode, subject: Subject): string =>
  subject !== 'assignment' && withCurrent.has(code) ? `${code}-${subject}` : code;

/** The examples of these codes, by their names. Their times are those of the story. */
export function problemExamples(used: Iterable<readonly [ProblemCode, Subject]>): Record<string, oas31.ExampleObject> {
  return Object.fromEntries(
    [...used].map(([code, subject]) => [
      exampleName(code, subject),
      { summary: problems[code].title, value: problemExample(code, subject) },
    ]),
  );
}

function problemExample(code: ProblemCode, subject: Subject): Problem {
  const { status, title } = problems[code];
  return {
    type: problemType(code),
    title,
    status,
    code,
    detail: `${title}.`,
    instance: subject === 'payout' ? `/payouts/${sample.payoutId}` : `/assignments/${sample.assignmentId}`,
    traceId: sample.traceId,
    ...helping[code],
    ...(withCurrent.has(code) && currents[subject]),
  };
}

/** The next local time that is skipped in Berlin, as the problem about it would say. */
export function skippedTimeExample(now: Temporal.Instant): Problem {
  let at = now.add({ hours: 48 }).toZonedDateTimeISO('Europe/Berlin');
  let before = at.offsetNanoseconds;
  do {
    before = at.offsetNanoseconds;
    at = at.getTimeZoneTransition('next') ?? at;
  } while (at.offsetNanoseconds <= before);
  const nearestValid = {
    start: at.toString({ timeZoneName: 'never' }),
    end: at.add({ hours: 1 }).toString({ timeZoneName: 'never' }),
  };
  const skipped = at.toPlainDateTime().subtract({ minutes: 30 }).toString({ smallestUnit: 'minute' });
  return {
    ...problemExample('nonexistent-local-time', 'assignment'),
    detail: `${skipped} does not exist in Europe/Berlin: the clocks skip it.`,
    nearestValid,
  };
}
