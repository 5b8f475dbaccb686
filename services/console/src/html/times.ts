import { type Html, html } from '@punctual/pages';

/** Shows times of the API (RFC 3339) in one time zone. */
export type Times = {
  readonly zone: string;
  /** A time for reading, with UTC to the second on hover; a dash for null. */
  at(instant: string | null | undefined): Html;
  /** The same to the second, where many things happen within a minute. */
  exactly(instant: string): Html;
  /** How long ago, or until when: `3 days ago`, `in 5 minutes`. */
  since(instant: string): Html;
};

/** @param zone an IANA name from a browser; UTC when it is unknown */
export function timesIn(zone: string | undefined, now: Temporal.Instant): Times {
  const known = isZone(zone) ? zone : 'UTC';
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: known });
  const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium', timeZone: known });
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  const element = (instant: string, text: string) => {
    const utc = `${instant.slice(0, 19).replace('T', ' ')} UTC`;
    return html`<time datetime="${instant}" title="${utc}">${text}</time>`;
  };
  return {
    zone: known,
    at: (instant) => (instant ? element(instant, format.format(new Date(instant))) : html`–`),
    exactly: (instant) => element(instant, exact.format(new Date(instant))),
    since: (instant) => {
      const minutes = now.until(instant).total('minutes');
      const [unit, size] = units.find(([, size]) => Math.abs(minutes) >= size) ?? (['minute', 1] as const);
      return element(instant, relative.format(Math.trunc(minutes / size), unit));
    },
  };
}

/** When a day begins in a zone, or some days later. */
export function startOfDay(day: string, zone: string, daysLater = 0): Temporal.Instant {
  return Temporal.PlainDate.from(day).add({ days: daysLater }).toZonedDateTime(zone).toInstant();
}

const units = [
  ['day', 1_440],
  ['hour', 60],
] as const;

function isZone(zone: string | undefined): zone is string {
  try {
    return Boolean(zone && new Intl.DateTimeFormat('en', { timeZone: zone }));
  } catch {
    return false;
  }
}
