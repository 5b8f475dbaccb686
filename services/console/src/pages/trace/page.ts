import { HttpProblem } from '@punctual/chassis';
import { summarize, waterfall } from '@punctual/pages';
import type { Page } from '../page.ts';

/** Which service did what for a request, and how long it took. */
export const trace: Page = {
  path: '/traces/:id',
  roles: ['ops'],
  view: async ({ traces, params: { id = '' } }) => {
    if (!traces.store) throw new HttpProblem('not-found', 'This console is not told where the traces are: JAEGER_URL.');
    const found = /^[\da-f]{32}$/.test(id) ? await traces.store.get(id) : undefined;
    const root = found && summarize(found)?.root;
    if (!root)
      throw new HttpProblem(
        'not-found',
        `There is no trace ${id}. A trace arrives within seconds, and not every one is kept.`,
      );
    return { title: `${root.service}: ${root.name}`, main: waterfall(found) };
  },
};
