import { median, percentile, rounded } from '../result.ts';

export type LoadRequest = { method: 'GET' | 'POST'; path: string; authorization: string };

/** The requests for one server, each sent once. */
export type LoadPlan = { origin: string; connections: number; requests: readonly LoadRequest[] };

export type LoadRun = { seconds: number; latenciesMs: number[] };

/** The figures of one run, or the medians of several. */
export type Figures = { perSecond: number; p50: number; p99: number };

export function figuresOf({ seconds, latenciesMs }: LoadRun): Figures {
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
