/** The day before the story that all examples tell begins. */
const dayBeforeStory = Temporal.PlainDate.from('2026-11-27');
const zone = 'Europe/Berlin';

/**
 * Moves the times of all examples of the document, in place, by whole days, so that their story
 * begins on the day after tomorrow: none is ever in the past when the document is read.
 */
export function moveExamples(document: object, now: Temporal.Instant): void {
  const today = now.toZonedDateTimeISO('UTC').toPlainDate();
  const days = dayBeforeStory.until(today).days + 1;
  moveIn(document, (text) => text.replaceAll(dateTime, (time) => moved(time, days)));
}

/** An RFC 3339 time, or a local time without offset. */
const dateTime = /\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?/g;

function moved(time: string, days: number): string {
  if (time.endsWith('Z')) {
    const milliseconds = Temporal.Instant.from(time).add({ hours: 24 * days }).epochMilliseconds;
    return time.length === 20
      ? `${new Date(milliseconds).toISOString().slice(0, 19)}Z`
      : new Date(milliseconds).toISOString();
  }
  if (/[+-]\d\d:\d\d$/.test(time)) {
    const local = Temporal.Instant.from(time)
      .add({ hours: 24 * days })
      .toZonedDateTimeISO(zone);
    return local.toString({ timeZoneName: 'never' });
  }
  return Temporal.PlainDateTime.from(time)
    .add({ days })
    .toString({ smallestUnit: time.length > 16 ? 'second' : 'minute' });
}

function moveIn(node: unknown, move: (text: string) => string, isExample = false): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, part] of Object.entries(node)) {
    const isPart = isExample || key === 'example' || key === 'examples';
    if (isPart && typeof part === 'string') (node as Record<string, unknown>)[key] = move(part);
    else moveIn(part, move, isPart);
  }
}
