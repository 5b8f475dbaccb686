import { median, percentile, rounded } from '../result.ts';

/** One request of a load; all of a load go to one server. */
export type LoadRequest = { method: 'GET' | 'POST'; path: string; authorization: string };

/** What a server is asked: each request once, over so many connections at a time. */
export type Load = { origin: string; connections: number; requests: readonly LoadRequest[] };

/** How it answered. */
export type Run = { seconds: number; latenciesMs: number[] };

/** A run in three figures, or the medians of several. */
export type Figures = { perSecond: number; p50: number; p99: number };

export function figuresOf({ seconds, latenciesMs }: Run): Figures {
  return {
    perSecond: latenciesMs.length / seconds,
    p50: percentile(latenciesMs, 50),
    p99: percentile(latenciesMs, 99),
  };
}

export function medianFigures(rounds: readonly Figures[]): Figures {
  const of = (figure: keyof Figures) => rounded(median(rounds.map((each) => each[figure])));
  return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99') };
}
