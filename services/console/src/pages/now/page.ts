import type { Page } from '../page.ts';
import { readFacts } from './read.ts';
import { nowView } from './view.ts';

/** Whether the system keeps its promises now, and what runs. */
export const now: Page = {
  path: '/now',
  link: 'Now',
  roles: ['ops'],
  view: async (visit) => ({ title: 'Now', main: nowView(visit, await readFacts(visit)) }),
};
