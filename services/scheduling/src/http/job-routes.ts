import { handle, type Route } from '@punctual/chassis';
import { endpoints } from '@punctual/contracts';
import type { CommandDeps } from '../commands/command.ts';
import { createAssignment } from '../commands/create-assignment.ts';
import { createJob } from '../commands/create-job.ts';
import { proposeForJob } from '../commands/propose-for-job.ts';
import { getJob } from '../queries/get-job.ts';
import { toHandled } from './to-handled.ts';

/** What concerns a job. */
export function jobRoutes(deps: CommandDeps): Route[] {
  return [
    handle(endpoints.createJob, async (request) => toHandled(await createJob(deps, request, request.body))),
    handle(endpoints.getJob, async ({ caller, params }) => ({ body: await getJob(deps, caller, params.id) })),
    handle(endpoints.createAssignment, async (request) => {
      const wanted = { jobId: request.params.id, providerId: request.body.providerId };
      return toHandled(await createAssignment(deps, request, wanted));
    }),
    handle(endpoints.proposeForJob, async (request) => {
      const { params, body, query } = request;
      return toHandled(await proposeForJob(deps, request, { jobId: params.id, body, dryRun: query.dryRun }));
    }),
  ];
}
