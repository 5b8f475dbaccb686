import type { Page } from '../page.ts';
import { act, actsSection } from './acts.ts';
import { readHistory } from './read.ts';
import { assignmentView } from './view.ts';

/** Everything that happened to one assignment, in the order in which it happened. */
export const assignment: Page = {
  path: '/assignments/:id',
  roles: ['ops', 'finance'],
  view: async (visit) => {
    const history = await readHistory(visit);
    const acts = await actsSection(visit, history);
    return { title: history.assignment.jobTitle, main: assignmentView(visit, history, acts) };
  },
  act,
};
