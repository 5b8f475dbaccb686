import { HttpProblem } from '@punctual/chassis';
import { freezeDeadLetters, pageDeadLetters } from '@punctual/operations';
import { z } from 'zod';
import { letterText } from '../../acts/dead-letters.ts';
import { actOn } from '../../html/acts.ts';
import type { Page } from '../page.ts';
import { filterOf, readQuery } from './query.ts';
import { lettersView } from './view.ts';

/** What consumers gave up on: by consumer and cause, and one by one. The URL is the filter. */
export const deadLetters: Page = {
  path: '/dead-letters',
  link: 'Dead letters',
  roles: ['ops'],
  view: async (visit) => {
    const { system, times } = visit;
    const query = readQuery(visit.query);
    const [groups, page] = await Promise.all([
      system.groups(),
      pageDeadLetters(system.nats(), filterOf(query, times.zone), { after: query.after }),
    ]);
    return { title: 'Dead letters', main: lettersView(visit, query, { groups, page }) };
  },
  act: async ({ query, system, person, times }, form) => {
    const kind = z.enum(['redrive', 'drop']).safeParse(form.get('act')).data;
    if (!kind) throw new HttpProblem('validation-failed', 'The form names neither redrive nor drop.');
    const { selection, sample } = await freezeDeadLetters(system.nats(), filterOf(readQuery(query), times.zone));
    const { sequences, dlqCreated } = selection;
    const what = actOn(kind, sequences.length, 'dead letter');
    if (sequences.length === 0)
      return { results: [{ text: what, done: false, sentence: 'Not planned: none matches any more.' }] };
    const id = await system.acts.plan(person, {
      ...{ kind, what, count: sequences.length, sequences, order: { dlqCreated } },
      sample: sample.map((letter) => `${letterText(letter.sequence, letter)}: ${letter.reason}`.slice(0, 500)),
    });
    return { to: `/acts/${id}` };
  },
};
