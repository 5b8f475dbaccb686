import type { Page } from '../page.ts';
import { findAssignments } from './find.ts';
import { readQuery } from './query.ts';
import { assignmentsView } from './view.ts';

/** Search for assignments; the URL is the search. */
export const assignments: Page = {
  path: '/assignments',
  link: 'Assignments',
  roles: ['ops'],
  view: async (visit) => {
    const query = readQuery(visit.query);
    return { title: 'Assignments', main: assignmentsView(visit, query, await findAssignments(visit, query)) };
  },
};
