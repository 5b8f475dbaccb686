import { handle, type Route } from '@punctual/chassis';
import { endpoints, explanationParts } from '@punctual/contracts';
import { cancel } from '../commands/cancel.ts';
import { cancelJob } from '../commands/cancel-job.ts';
import { complete } from '../commands/complete.ts';
import { confirm } from '../commands/confirm.ts';
import { createAssignment } from '../commands/create-assignment.ts';
import { createJob } from '../commands/create-job.ts';
import type { SchedulingDeps } from '../commands/deps.ts';
import { dispute } from '../commands/dispute.ts';
import { erasePerson } from '../commands/erase-person.ts';
import { checkForAssignment, propose } from '../commands/propose.ts';
import { checkForJob, proposeForJob } from '../commands/propose-for-job.ts';
import { reject } from '../commands/reject.ts';
import { updateJob } from '../commands/update-job.ts';
import type { CopyWaits } from '../queries/copy-waits.ts';
import { explainAssignment } from '../queries/explain-assignment.ts';
import { getCurrentAssignment, getTimeline } from '../queries/get-assignment.ts';
import { getErasure } from '../queries/get-erasure.ts';
import { getJob } from '../queries/get-job.ts';
import { listAssignments } from '../queries/list-assignments.ts';
import { listFreeWindows } from '../queries/list-free-windows.ts';
import { listJobs } from '../queries/list-jobs.ts';

/** Every endpoint of the contract that this service answers. */
export function createRoutes(deps: SchedulingDeps & { copyWaits: CopyWaits }): Route[] {
  return [
    handle(endpoints.createJob, (request) => createJob(deps, request)),
    handle(endpoints.updateJob, (request) => updateJob(deps, request)),
    handle(endpoints.cancelJob, (request) => cancelJob(deps, request)),
    handle(endpoints.createAssignment, (request) => createAssignment(deps, request)),
    handle(endpoints.proposeForJob, (request) => proposeForJob(deps, request)),
    handle(endpoints.proposeForAssignment, (request) => propose(deps, request)),
    handle(endpoints.checkForJob, (request) => checkForJob(deps, request)),
    handle(endpoints.checkForAssignment, (request) => checkForAssignment(deps, request)),
    handle(endpoints.confirmSchedule, (request) => confirm(deps, request)),
    handle(endpoints.rejectAssignment, (request) => reject(deps, request)),
    handle(endpoints.cancelAssignment, (request) => cancel(deps, request)),
    handle(endpoints.completeAssignment, (request) => complete(deps, request)),
    handle(endpoints.disputeAssignment, (request) => dispute(deps, request)),
    handle(endpoints.erasePerson, (request) => erasePerson(deps, request)),

    handle(endpoints.listJobs, async ({ caller, query }) => ({ body: await listJobs(deps, caller, query) })),
    handle(endpoints.getJob, async ({ caller, params }) => {
      const body = await getJob(deps, caller, params.id);
      return { body, version: body.version };
    }),
    handle(endpoints.getAssignment, async ({ caller, params, query }) => {
      const body = await getCurrentAssignment(deps, caller, { id: params.id, ...query });
      return { body, version: body.scheduleVersion };
    }),
    handle(endpoints.getAssignmentTimeline, async ({ caller, params, query }) => {
      const { timeline, version } = await getTimeline(deps, caller, { id: params.id, ...query });
      return { body: timeline, version };
    }),
    handle(endpoints.listAssignments, async ({ caller, query }) => ({
      body: await listAssignments(deps, caller, query),
    })),
    handle(endpoints.listFreeWindows, async ({ caller, params, query }) => ({
      body: { items: await listFreeWindows(deps, caller, params.id, query) },
    })),
    handle(explanationParts.scheduling, async ({ caller, params }) => ({
      body: await explainAssignment(deps, caller, params.id),
    })),
    handle(endpoints.getErasure, async ({ params, query }) => ({
      body: await getErasure(deps, { personId: params.id, ...query }),
    })),
  ];
}
