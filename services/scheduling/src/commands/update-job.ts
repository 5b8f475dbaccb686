import type { HandlerResponse } from '@punctual/chassis';
import { type CommandRequest, executeCommand } from '@punctual/chassis/postgres';
import type { UpdateJobBody } from '@punctual/contracts';
import { requireCommandOf } from '../domain/authorize.ts';
import { presentJob } from '../domain/present.ts';
import { updateJob as decideUpdateJob } from '../domain/update-job.ts';
import { changeJob, keepTexts, retitleAssignments } from '../persistence/jobs.ts';
import type { SchedulingDeps } from './deps.ts';
import { currentJob, loadJob } from './job-command.ts';

/** Changes what a job says. A change that changes nothing leaves its version. */
export function updateJob(
  deps: SchedulingDeps,
  request: CommandRequest & { params: { id: string }; body: UpdateJobBody },
): Promise<HandlerResponse> {
  const { caller, params, body } = request;
  return executeCommand(deps, request, {
    load: loadJob(caller, params.id),
    authorize: ({ job }) => requireCommandOf(caller, job),
    version: ({ job }) => job.version,
    decide: ({ state: { job }, now }) => {
      const fields = decideUpdateJob(job, body);
      const isChanged = Object.keys(fields).length > 0;
      const after = isChanged ? { ...job, ...fields, version: job.version + 1, updatedAt: now } : job;
      return {
        response: { body: presentJob(after, caller), version: after.version },
        writes: [
          ...(isChanged ? [changeJob(job.id, { ...fields, updatedAt: now })] : []),
          ...keepTexts(job, fields, caller.id),
          ...(fields.title === undefined ? [] : [retitleAssignments(job.id, now)]),
        ],
      };
    },
    current: (refusal, { state: { job } }) => currentJob(refusal, job, caller),
  });
}
