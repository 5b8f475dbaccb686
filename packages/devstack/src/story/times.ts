/** Where the people of the story live. */
export const timezone = 'Europe/Berlin';

export type Times = { start: string; end: string };

/** A window at a local time, some days from now. */
export function windowOn(now: Temporal.Instant, at: { days: number; hour: number; minutes: number }): Times {
  const start = now.toZonedDateTimeISO(timezone).startOfDay().add({ days: at.days }).with({ hour: at.hour });
  return toTimes(start.toInstant(), at.minutes);
}

/** A window that starts so many minutes from now, on the next full minute. */
export function windowIn(now: Temporal.Instant, at: { startsInMinutes: number; minutes: number }): Times {
  const start = now.add({ minutes: at.startsInMinutes }).round({ smallestUnit: 'minute', roundingMode: 'ceil' });
  return toTimes(start, at.minutes);
}

/** A window that starts so many seconds from now. */
export function windowSoon(now: Temporal.Instant, at: { startsInSeconds: number; minutes: number }): Times {
  return toTimes(now.add({ seconds: at.startsInSeconds }), at.minutes);
}

function toTimes(start: Temporal.Instant, minutes: number): Times {
  const format = { fractionalSecondDigits: 3 } as const;
  return { start: start.toString(format), end: start.add({ minutes }).toString(format) };
}
