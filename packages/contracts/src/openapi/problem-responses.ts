import type { oas31, ZodOpenApiResponseObject } from 'zod-openapi';
import type { Endpoint } from '../endpoints/index.ts';
import { type ProblemCode, problems } from '../problems.ts';
import { Assignment } from '../rest/assignment.ts';
import { Payout } from '../rest/payout.ts';
import { Problem } from '../rest/problem.ts';
import { Window } from '../scalars.ts';
import { problemHeaders } from './headers.ts';
import { exampleName, problemExamples, type Subject } from './problem-examples.ts';

/** One response a status, each with an example of every code that it may carry. */
export function problemResponses(endpoint: Endpoint): Record<`${4 | 5}${string}`, ZodOpenApiResponseObject> {
  const byStatus = Object.groupBy(endpoint.problems, (code) => problems[code].status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, codes]) => [
      status,
      problemResponse(Number(status), codes, subjectOf(endpoint)),
    ]),
  );
}

/** The examples that the responses of these endpoints refer to. */
export function problemExamplesOf(endpoints: readonly Endpoint[]): Record<string, oas31.ExampleObject> {
  return problemExamples(
    endpoints.flatMap((endpoint) => endpoint.problems.map((code) => [code, subjectOf(endpoint)] as const)),
  );
}

function subjectOf({ success: { schema } }: Endpoint): Subject {
  if (schema === Payout) return 'payout';
  return schema === Assignment || schema === Window ? 'assignment' : 'other';
}

function problemResponse(status: number, codes: readonly ProblemCode[], subject: Subject): ZodOpenApiResponseObject {
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${exampleName(code, subject)}` }]);
  const headers = problemHeaders(status);
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join('\n\n'),
    ...(headers && { headers }),
    content: { 'application/problem+json': { schema: Problem, examples: Object.fromEntries(examples) } },
  };
}
