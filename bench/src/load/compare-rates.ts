import { type BenchmarkResult, rounded } from '../result.ts';
import { type Figures, medianFigures } from './run.ts';

/** Runs one round over this many connections. */
export type Round = (connections: number) => Promise<Figures>;

export type Comparison = {
  name: string;
  rounds: number;
  connections: readonly number[];
  ours: Round;
  reference: Round;
  log: (line: string) => void;
};

type Compared = { connections: number; ours: Figures; reference: Figures; ratio: number };

/** Compares requests per second. The result is the worst ratio; `details` has the others. */
export async function compareRates({ name, connections, ...rest }: Comparison): Promise<BenchmarkResult> {
  const details: Compared[] = [];
  for (const each of connections) details.push(await compareAt(each, rest));
  const worst = details.reduce((one, other) => (other.ratio < one.ratio ? other : one));
  const { ours, reference, ratio } = worst;
  return {
    name,
    unit: 'req/s',
    ours: ours.perSecond,
    reference: reference.perSecond,
    ratio,
    p50: ours.p50,
    p99: ours.p99,
    details: { rounds: rest.rounds, connections: details },
  };
}

/**
 * Alternates between the two, so that other load on the machine affects both. Round 0 is a warm-up.
 */
async function compareAt(
  connections: number,
  { rounds, ours, reference, log }: Omit<Comparison, 'name' | 'connections'>,
): Promise<Compared> {
  const figures: { ours: Figures[]; reference: Figures[] } = { ours: [], reference: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const turn = { reference: await reference(connections), ours: await ours(connections) };
    log(`${connections} connections, round ${round}: ${describe(turn.ours)}; reference ${describe(turn.reference)}`);
    if (round === 0) continue;
    figures.ours.push(turn.ours);
    figures.reference.push(turn.reference);
  }
  const medians = { ours: medianFigures(figures.ours), reference: medianFigures(figures.reference) };
  return { connections, ...medians, ratio: rounded(medians.ours.perSecond / medians.reference.perSecond) };
}

function describe({ perSecond, p50, p99 }: Figures): string {
  return `${perSecond.toFixed(0)} req/s, p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`;
}
