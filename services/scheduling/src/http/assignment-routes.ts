import { handle, type Route } from '@punctual/chassis';
import type { CommandRequest } from '@punctual/chassis/postgres';
import { endpoints } from '@punctual/contracts';
import { type AssignmentCommand, changeAssignment } from '../commands/change-assignment.ts';
import type { CommandDeps } from '../commands/command.ts';
import { explainAssignment } from '../queries/explain-assignment.ts';
import { getAssignment, getTimeline } from '../queries/get-assignment.ts';
import { listAssignments } from '../queries/list-assignments.ts';
import { readCursor } from './read-cursor.ts';
import { toHandled } from './to-handled.ts';

/** What concerns one assignment, or the list of them. */
export function assignmentRoutes(deps: CommandDeps): Route[] {
  const change = async (
    request: CommandRequest & { params: { id: string } },
    asked: Omit<AssignmentCommand, 'assignment'>,
  ) => toHandled(await changeAssignment(deps, request, { assignment: { id: request.params.id }, ...asked }));

  return [
    handle(endpoints.proposeForAssignment, (request) => {
      const { body, query } = request;
      return change(request, { command: { name: 'propose', body }, roles: ['provider'], dryRun: query.dryRun });
    }),
    handle(endpoints.confirmSchedule, (request) =>
      change(request, { command: { name: 'confirm' }, seenVersion: request.body?.scheduleVersion }),
    ),
    handle(endpoints.rejectAssignment, (request) =>
      change(request, { command: { name: 'reject', body: request.body ?? {} } }),
    ),
    handle(endpoints.cancelAssignment, (request) =>
      change(request, { command: { name: 'cancel', body: request.body } }),
    ),
    handle(endpoints.completeAssignment, (request) => change(request, { command: { name: 'complete' } })),
    handle(endpoints.disputeAssignment, (request) =>
      change(request, { command: { name: 'dispute', body: request.body } }),
    ),
    handle(endpoints.getAssignment, async ({ caller, params }) => {
      const body = await getAssignment(deps, caller, params.id);
      return { body, version: body.scheduleVersion };
    }),
    handle(endpoints.getAssignmentTimeline, async ({ caller, params, query }) => {
      const { timeline, version } = await getTimeline(deps, caller, { id: params.id, ...query });
      return { body: timeline, version };
    }),
    handle(endpoints.explainAssignment, async ({ caller, params }) => ({
      body: await explainAssignment(deps, caller, params.id),
    })),
    handle(endpoints.listAssignments, async ({ caller, query: { cursor, ...query } }) => ({
      body: await listAssignments(deps, caller, { ...query, after: readCursor(cursor) }),
    })),
  ];
}
