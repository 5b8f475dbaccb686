import type { OutboxEvent, PayoutTimelineItem, Reminder, TimelineItem } from '@punctual/client';
import { type Html, html } from '@punctual/pages';
import { personOf } from '../../html/people.ts';
import { inWords } from '../../html/words.ts';
import type { Visit } from '../page.ts';
import type { History } from './read.ts';

export const lanes = ['Schedule', 'Events', 'Reminders', 'Payout'] as const;
export type Lane = (typeof lanes)[number];

/** Something that happened, or is planned, in one lane of the timeline. */
export type Moment = { at: string; lane: Lane; text: Html; bad?: boolean };

/** All of an assignment's history in one order. */
export function momentsOf(visit: Visit, history: History): Moment[] {
  return [
    ...history.schedule.map((item) => changed(visit, 'Schedule', item)),
    ...history.events.map((event) => published(event)),
    ...history.reminders.map((reminder) => reminded(reminder)),
    ...history.payouts.map((item) => changed(visit, 'Payout', item)),
  ].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

function changed(visit: Visit, lane: Lane, item: TimelineItem | PayoutTimelineItem): Moment {
  const { at, type, actor, reason } = item;
  const fields = Object.keys(item.after)
    .filter((name) => name !== 'version')
    .join(', ');
  const text = html`<strong>${type}</strong> by ${personOf(visit, actor.id)}${actor.id && ` (${actor.role})`}${reason && `: ${reason}`}
${fields && html`<br><small>${fields}</small>`}`;
  return { at, lane, text };
}

function published({ type, version, createdAt, publishedAt, consumers }: OutboxEvent): Moment {
  const tookMs = publishedAt === null ? undefined : Date.parse(publishedAt) - Date.parse(createdAt);
  const bad = tookMs === undefined || consumers.some(({ state }) => state === 'DEAD');
  const text = html`<strong>${type}</strong> version ${version}, ${tookMs === undefined ? 'not published yet' : `published after ${tookMs.toLocaleString('en')} ms`}
<ul>
${consumers.map(({ consumer, state, deadLetter }) => html`<li>${consumer}: ${inWords(state)}${deadLetter && html`, dead letter ${deadLetter.sequence}: ${deadLetter.reason}`}</li>`)}
</ul>`;
  return { at: publishedAt ?? createdAt, lane: 'Events', text, bad };
}

function reminded({ kind, state, suppressedBecause, dueAt, sentAt, latenessMs, audience }: Reminder): Moment {
  const because = suppressedBecause && `, because ${inWords(suppressedBecause).toLowerCase()}`;
  const late = latenessMs !== null && `, ${latenessMs.toLocaleString('en')} ms after it was due`;
  const text = html`<strong>${kind}</strong> to ${audience.map((side) => side.toLowerCase()).join(' and ')}: ${inWords(state)}${because}${late}`;
  return { at: sentAt ?? dueAt, lane: 'Reminders', text, bad: state === 'OVERDUE' };
}
