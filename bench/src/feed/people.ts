/** A person with a feed. The first half are customers, the others providers. */
export type Person = { id: string; token: string };

export type Ask =
  | { do: 'open'; url: string; people: Person[] }
  /** Closes all connections at once. */
  | { do: 'leave' }
  /** Opens them again, from where each was. */
  | { do: 'return' }
  /** Resolves when each person has its share of this many events. */
  | { do: 'report'; events: number };

export type Report = {
  /** From publishing to receiving, of each event for each person. */
  latenciesMs: number[];
  missing: number;
  twice: number;
};

/** The customer and the provider of the n-th event, as places in the list of people. */
export function partiesOf(event: number, people: number): readonly [customer: number, provider: number] {
  const half = people / 2;
  return [event % half, half + ((event * 7 + Math.floor(event / half)) % half)];
}
