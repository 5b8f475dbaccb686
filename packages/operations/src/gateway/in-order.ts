const atOnce = 8;

/** Yields the result of `work` for each item, in order, with a few items in progress at a time. */
export async function* inOrder<T, R>(items: AsyncIterable<T>, work: (item: T) => Promise<R>): AsyncGenerator<R> {
  const underway: Promise<R>[] = [];
  for await (const item of items) {
    const answer = work(item);
    // Awaited in its turn; a rejection before that must not end the process.
    answer.catch(() => undefined);
    underway.push(answer);
    if (underway.length === atOnce) yield (await underway.shift()) as R;
  }
  for (const answer of underway) yield await answer;
}
