import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const [assignment = [], payout = []] = stateDiagrams(read('docs/design.md'));

// The tables are private to their services, so they are read from the source.
test('the state diagram of an assignment allows what transitions.ts allows', () => {
  const table = read('services/scheduling/src/domain/transitions.ts').matchAll(/^ {2}([A-Z]+): \[(.*)\],$/gm);
  const allowed = [...table].map(([, state = '', transitions = '']) => [state, words(transitions)]);
  expect(allowed.length).toBeGreaterThan(5);
  for (const [state, transitions] of allowed) {
    const drawn = assignment.filter(({ from }) => from === state).flatMap(({ causes }) => causes);
    // Expiry is no command: the system does it.
    expect([state, drawn.filter((cause) => cause !== 'expire').toSorted()]).toEqual([
      state,
      [...(transitions ?? [])].toSorted(),
    ]);
  }
});

test('the state diagram of a payout has the edges of the domain', () => {
  const table = read('services/payouts/src/domain/transitions.ts').matchAll(
    /from: '(\w+)', to: '(\w+)', causes: \[(.*)\]/g,
  );
  const edges = [...table].map(([, from = '', to = '', causes = '']) => ({ from, to, causes: words(causes) }));
  expect(edges.length).toBeGreaterThan(10);
  const sorted = (list: typeof edges) => list.map((edge) => JSON.stringify(edge)).toSorted();
  expect(sorted(payout)).toEqual(sorted(edges));
});

type Edge = { from: string; to: string; causes: string[] };

/** The edges of each state diagram of a page, without those from and to the outside. */
function stateDiagrams(page: string): Edge[][] {
  return [...page.matchAll(/```mermaid\nstateDiagram-v2\n([\s\S]*?)```/g)].map(([, body = '']) =>
    [...body.matchAll(/^ *(\w+) --> (\w+): (.*)$/gm)].map(([, from = '', to = '', causes = '']) => ({
      from,
      to,
      causes: causes.split(', '),
    })),
  );
}

function words(list: string): string[] {
  return list.match(/[\w-]+/g) ?? [];
}
