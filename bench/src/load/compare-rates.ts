import { type Result, rounded } from '../result.ts';
import { type Figures, medianFigures } from './run.ts';

/** One round, over so many connections. */
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

/** Compares how many requests are answered in a second. What counts is where ours does worst; the details tell of the rest. */
export async function compareRates({ name, connections, ...rest }: Comparison): Promise<Result> {
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

/** The two take turns, so that whatever else happens on the machine happens to both. The first turns do not count. */
async function compareAt(
  connections: number,
  { rounds, ours, reference, log }: Omit<Comparison, 'name' | 'connections'>,
): Promise<Compared> {
  const figures: { ours: Figures[]; reference: Figures[] } = { ours: [], reference: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const turn = { reference: await reference(connections), ours: await ours(connections) };
    log(`${connections} connections, round ${round}: ${describe(turn.ours)}; bare ${describe(turn.reference)}`);
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
