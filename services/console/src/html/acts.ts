import { type Html, html } from '@punctual/pages';
import { assignmentActNames } from '../assignments/acts.ts';
import type { ActKind } from '../audit/messages.ts';
import type { ListedAct } from '../audit/read-audit.ts';
import type { Visit } from '../pages/page.ts';
import { actNames } from '../payouts/fields.ts';
import { counted } from './words.ts';

/** What each kind of act is called. */
export const kindNames: Readonly<Record<ActKind, string>> = {
  redrive: 'Redrive',
  drop: 'Drop',
  replay: 'Replay',
  rebuild: 'Rebuild',
  reconcile: 'Reconcile',
  ...actNames,
  ...assignmentActNames,
  'confirm-account': 'Confirm account',
};

/** Who acted: `you`, or the name of the sign-in, with the id on hover. */
export function actorOf({ person }: Pick<Visit, 'person'>, { id, name }: { id: string; name: string }): Html {
  return html`<span title="${id}">${id === person.id ? 'you' : name}</span>`;
}

/** How far an act is, or how it ended, in a few words. */
export function resultOf({ state, done, failed }: Pick<ListedAct, 'state' | 'done' | 'failed'>): Html {
  const counts = `${done.toLocaleString('en')} done${failed > 0 ? `, ${failed.toLocaleString('en')} not done` : ''}`;
  if (state === 'RUNNING') return html`In progress: ${counts}`;
  if (state === 'INTERRUPTED') return html`<span class="bad">Interrupted: ${counts}</span>`;
  return html`<span class="${failed > 0 ? 'bad' : 'good'}">${counts}</span>`;
}

/** `Redrive 4 dead letters`. */
export function actOn(kind: ActKind, count: number, noun: string): string {
  return `${kindNames[kind]} ${counted(count, noun)}`;
}
