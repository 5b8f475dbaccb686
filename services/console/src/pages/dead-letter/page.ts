import { HttpProblem } from '@punctual/chassis';
import { inspectDeadLetter } from '@punctual/operations';
import { z } from 'zod';
import type { Page } from '../page.ts';
import { letterView } from './view.ts';

/** One dead letter: its event against its contract, and what came after. */
export const deadLetter: Page = {
  path: '/dead-letters/:sequence',
  roles: ['ops'],
  view: async (visit) => {
    const sequence = z.coerce.number().int().positive().safeParse(visit.params.sequence).data;
    const found = sequence === undefined ? undefined : await inspectDeadLetter(visit.system.nats(), sequence);
    if (!found) throw new HttpProblem('not-found', 'This dead letter is gone: it was redriven or dropped.');
    return { title: `Dead letter ${sequence}`, main: letterView(visit, found) };
  },
};
