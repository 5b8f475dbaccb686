/** The last line of `--json`. */
export type BenchmarkResult = {
  name: string;
  /** Of `ours` and `reference`. */
  unit: string;
  ours: number;
  reference: number;
  /** Higher is better: `ours / reference` for rates, `reference / ours` for times. */
  ratio: number;
  /** Of ours, in milliseconds. */
  p50: number;
  p99: number;
  details: Record<string, unknown>;
};

export type BenchmarkOptions = {
  /** Of the table that a benchmark fills, for those that say so. */
  rows?: number;
  /** Record CPU profiles of the services, too; for those that say so. */
  profile?: boolean;
};

export type Benchmark = (log: (line: string) => void, options: BenchmarkOptions) => Promise<BenchmarkResult>;

export function median(values: readonly number[]): number {
  return percentile(values, 50);
}

/** Returns the value that this many percent of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)];
  if (value === undefined) throw new Error('No values');
  return value;
}

/** Rounds to four significant digits. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
