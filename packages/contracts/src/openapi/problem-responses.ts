import type { oas31, ZodOpenApiResponseObject } from 'zod-openapi';
import { ProblemCode, problems, problemType } from '../problems.ts';
import { Problem } from '../rest/problem.ts';
import { sample } from '../samples.ts';
import { problemHeaders } from './headers.ts';

/** One response a status, each with an example of every code that it may carry. */
export function problemResponses(codes: readonly ProblemCode[]): Record<`${4 | 5}${string}`, ZodOpenApiResponseObject> {
  const byStatus = Object.groupBy(codes, (code) => problems[code].status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, ofStatus]) => [status, problemResponse(Number(status), ofStatus)]),
  );
}

/** The examples that those responses refer to, one a code. */
export function problemExamples(): Record<string, oas31.ExampleObject> {
  return Object.fromEntries(ProblemCode.options.map((code) => [code, { value: problemExample(code) }]));
}

function problemResponse(status: number, codes: readonly ProblemCode[]): ZodOpenApiResponseObject {
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]);
  const headers = problemHeaders(status);
  return {
    description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join('\n\n'),
    ...(headers && { headers }),
    content: { 'application/problem+json': { schema: Problem, examples: Object.fromEntries(examples) } },
  };
}

function problemExample(code: ProblemCode): Problem {
  const { status, title } = problems[code];
  return {
    type: problemType(code),
    title,
    status,
    code,
    detail: `${title}.`,
    instance: `/assignments/${sample.assignmentId}`,
    traceId: sample.traceId,
  };
}
