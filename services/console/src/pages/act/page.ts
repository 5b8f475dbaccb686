import { HttpProblem } from '@punctual/chassis';
import { z } from 'zod';
import { type AuditedAct, readAct, readResults } from '../../audit/read-audit.ts';
import { AlreadyStarted } from '../../audit/record-act.ts';
import { visibleKinds } from '../audit/page.ts';
import type { Page, Visit } from '../page.ts';
import { actView, whoBegan } from './view.ts';

const Reason = z.string().trim().min(1).max(500);

/** One act: the plan to agree to, how far it is, and what became of each item. */
export const act: Page = {
  path: '/acts/:id',
  roles: ['ops', 'finance'],
  view: async (visit) => {
    const { query, system, params } = visit;
    const found = await findAct(visit);
    const after = z.coerce.number().int().nonnegative().safeParse(query.get('after')).data;
    const results = await readResults(system.nats(), params.id ?? '', after);
    return { title: (found.start ?? found.plan)?.what ?? 'Act', main: actView(visit, found, results) };
  },
  act: async (visit, form) => {
    const { person, system } = visit;
    const { id, plan } = await findAct(visit);
    if (!plan) throw new HttpProblem('not-found', 'There is no such plan.');
    const refuse = (sentence: string) => ({ results: [{ text: plan.what, done: false, sentence }] });
    const reason = Reason.safeParse(form.get('reason')).data;
    if (reason === undefined) return refuse('Not done: say why, in at most 500 characters.');
    try {
      await system.acts.begin(person, id, reason);
      return { to: `/acts/${id}` };
    } catch (error) {
      if (!(error instanceof AlreadyStarted)) throw error;
      return refuse(`Not done again: ${whoBegan(visit, await findAct(visit))} What came of it is below.`);
    }
  },
};

/** @throws HttpProblem `not-found`, or `forbidden` for a kind that the person may not see */
async function findAct(visit: Visit): Promise<AuditedAct> {
  const { params, system, now } = visit;
  const found = await readAct(system.nats(), params.id ?? '', now);
  const kind = (found?.start ?? found?.plan)?.kind;
  if (!found || !kind) throw new HttpProblem('not-found', 'There is no act with this id.');
  if (!visibleKinds(visit).includes(kind)) throw new HttpProblem('forbidden', 'This act is for ops.');
  return found;
}
