import { HttpProblem } from '@punctual/chassis';
import { openOutbox, openRestored, planRebuild, producers } from '@punctual/operations';
import { OutboxStream } from '../../acts/rebuild.ts';
import { aggregateText, RestoredService } from '../../acts/reconcile.ts';
import type { Outcome } from '../../audit/messages.ts';
import { counted } from '../../html/words.ts';
import { notPlanned, orNotPlanned } from '../outcome.ts';
import type { GoesOn, Page, Visit } from '../page.ts';
import { streamsView } from './view.ts';

const sampleSize = 10;

/** How full streams are, how far their consumers, and who runs. */
export const streams: Page = {
  path: '/streams',
  link: 'Streams',
  roles: ['ops'],
  view: async (visit) => {
    const { system } = visit;
    const view = await system.look();
    return { title: 'Streams and consumers', main: streamsView(visit, view, system.instances()) };
  },
  act: async (visit, form) => {
    const stream = OutboxStream.safeParse(form.get('rebuild')).data;
    const service = RestoredService.safeParse(form.get('reconcile')).data;
    if (stream) return orNotPlanned(`Rebuild ${stream}`, () => planRebuildOf(visit, stream));
    if (service) return orNotPlanned(`Reconcile ${service}`, () => planReconcile(visit, service));
    throw new HttpProblem('validation-failed', 'The form names no stream and no service.');
  },
};

async function planRebuildOf({ system, person }: Visit, stream: OutboxStream): Promise<Outcome | GoesOn> {
  const outbox = await openOutbox(databaseOf(system, producers[stream]));
  try {
    const { lost, held } = await planRebuild(system.nats(), stream, outbox);
    const what = `Rebuild ${stream}: ${counted(lost, 'event')}`;
    if (lost === 0) return notPlanned(what, 'no event of the outbox is missing from it.');
    const sample = (await outbox.listLost(sampleSize)).map(
      ({ type, version, aggregateId, createdAt }) =>
        `${type} version ${version} of ${aggregateId}, created ${createdAt}`,
    );
    const missing = held === undefined ? [`${stream} is missing: ops streams apply --watch has to declare it`] : [];
    const id = await system.acts.plan(person, {
      ...{ kind: 'rebuild', what, count: lost, order: { stream, lost } },
      sample: [...missing, ...sample],
    });
    return { to: `/acts/${id}` };
  } finally {
    await outbox.close();
  }
}

async function planReconcile({ system, person }: Visit, service: RestoredService): Promise<Outcome | GoesOn> {
  const database = await openRestored(databaseOf(system, service));
  try {
    const plan = await database.readPlan();
    if (!plan)
      return notPlanned(
        `Reconcile ${service}`,
        'it has found nothing to reconcile. It compares its database with its stream when it starts.',
      );
    const { aggregates, foundAt } = plan;
    const id = await system.acts.plan(person, {
      kind: 'reconcile',
      what: `Reconcile ${service}: ${counted(aggregates.length, 'aggregate')}`,
      count: aggregates.length,
      order: { service, foundAt: foundAt.toString() },
      sample: aggregates.slice(0, 100).map(aggregateText),
    });
    return { to: `/acts/${id}` };
  } finally {
    await database.close();
  }
}

function databaseOf({ databases }: Visit['system'], service: RestoredService): string {
  const url = databases[service];
  if (url === undefined) throw new Error(`This console does not know the database of ${service}.`);
  return url;
}
