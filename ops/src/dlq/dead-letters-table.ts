import { type StoredDeadLetter, whereBody } from '@punctual/operations';
import { count, table } from '../cli/table.ts';

const mostLines = 50;

/** One line per dead letter, up to a limit, then how many more there are. */
export function deadLettersTable(letters: readonly StoredDeadLetter[]): string[] {
  const rows = letters
    .slice(0, mostLines)
    .map((letter) => [
      String(letter.sequence),
      letter.at,
      letter.consumer,
      letter.version === null ? (letter.type ?? '?') : `${letter.type} v${letter.version}`,
      letter.assignmentId ?? '?',
      letter.reason + (letter.bodyAt === 'LETTER' ? '' : ` (${whereBody(letter)})`),
    ]);
  const more = letters.length - rows.length;
  return [
    ...table(['number', 'since', 'consumer', 'event', 'assignment', 'because'], rows),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ];
}

/** `3 dead letters: payouts-schedule 2, reminders-schedule 1`. */
export function sumOf(letters: readonly StoredDeadLetter[]): string {
  const byConsumer = [...Map.groupBy(letters, ({ consumer }) => consumer)];
  const parts = byConsumer.map(([consumer, { length }]) => `${consumer} ${length}`);
  return `${count(letters.length, 'dead letter')}: ${parts.join(', ')}`;
}

export const noneMatch = 'No matching dead letters.';
