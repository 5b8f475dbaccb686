const atOnce = 8;

/** What `work` answers for each item, in their order; a few are worked on at a time, and no more are read ahead. */
export async function* inOrder<T, R>(items: AsyncIterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const underway: Promise<R>[] = [];
  for await (const item of items) {
    const answer = work(item);
    // It is awaited in its turn, and must not fall over before.
    answer.catch(() => undefined);
    underway.push(answer);
    if (underway.length === atOnce) yield (await underway.shift()) as R;
  }
  for (const answer of underway) yield await answer;
}
