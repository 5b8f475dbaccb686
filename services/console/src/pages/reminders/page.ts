import type { Reminder, RemindersHealth } from '@punctual/client';
import { type Html, html } from '@punctual/pages';
import { counted, inWords } from '../../html/words.ts';
import type { Page, Visit } from '../page.ts';
import { lastDay } from './last-day.ts';

const rowsOnPage = 100;

/** What will be sent, minute by minute, and what is late. */
export const reminders: Page = {
  path: '/reminders',
  link: 'Reminders',
  roles: ['ops'],
  view: async (visit) => {
    const read = async (state: 'upcoming' | 'overdue') =>
      (await visit.api.listOpenReminders({ query: { state, limit: rowsOnPage } })).items;
    const [health, overdue, upcoming, measured] = await Promise.all([
      readHealth(visit),
      read('overdue'),
      read('upcoming'),
      lastDay(visit),
    ]);
    return {
      title: 'Reminders',
      main: html`${summary(visit, health)}${late(visit, overdue)}${next(visit, upcoming)}${measured}`,
    };
  },
};

/** Undefined while reminders is down: then its health is a 503. */
async function readHealth({ api }: Visit): Promise<RemindersHealth | undefined> {
  return api.getRemindersHealth().catch(() => undefined);
}

function summary({ times }: Visit, health: RemindersHealth | undefined): Html {
  if (!health)
    return html`<p class="bad">Reminders does not say that it is well: nothing may be sent at the moment.</p>`;
  const { status, due, planned, overdue, lastDispatchAt } = health;
  const count = (number: number | null) => number?.toLocaleString('en') ?? 'unknown';
  return html`<dl class="facts">
<dt>Health</dt><dd class="${status === 'ok' ? 'good' : 'bad'}">${inWords(status)}</dd>
<dt>Planned</dt><dd>${count(planned)}</dd>
<dt>Due now</dt><dd>${count(due)}</dd>
<dt>Overdue</dt><dd>${count(overdue)}</dd>
<dt>Last sent</dt><dd>${times.at(lastDispatchAt)}</dd>
</dl>`;
}

function late(visit: Visit, overdue: readonly Reminder[]): Html {
  return html`<section aria-labelledby="overdue"><h2 id="overdue">Overdue</h2>
${overdue.length === 0 ? html`<p class="good">No reminder is overdue.</p>` : html`<ul>${overdue.map((reminder) => line(visit, reminder))}</ul>`}
</section>`;
}

function next(visit: Visit, upcoming: readonly Reminder[]): Html {
  const minutes = Map.groupBy(upcoming, ({ dueAt }) => `${dueAt.slice(0, 16)}:00.000Z`);
  return html`<section aria-labelledby="upcoming"><h2 id="upcoming">Next</h2>
${upcoming.length === 0 && html`<p>No reminder is planned.</p>`}
${[...minutes].map(([minute, due]) => html`<h3>${visit.times.at(minute)} <small>${counted(due.length, 'reminder')}</small></h3><ul>${due.map((reminder) => line(visit, reminder))}</ul>`)}
${upcoming.length === rowsOnPage && html`<p>Only the next ${rowsOnPage} are shown.</p>`}
</section>`;
}

function line({ times }: Visit, { kind, audience, assignmentId, dueAt, window }: Reminder): Html {
  const who = audience.map((side) => side.toLowerCase()).join(' and ');
  return html`<li><a href="/assignments/${assignmentId}">${kind}</a> to ${who}, due ${times.since(dueAt)}, for ${times.at(window.start)}</li>`;
}
