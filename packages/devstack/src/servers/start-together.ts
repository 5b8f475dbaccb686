type Stoppable = { stop(): Promise<void> } | undefined;

/** Waits until all have started. When one does not, stops those that do, and throws why. */
export async function startTogether<T extends readonly (Promise<Stoppable> | undefined)[]>(
  starting: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  try {
    return await Promise.all(starting);
  } catch (error) {
    const settled = await Promise.allSettled(starting);
    await Promise.all(settled.map((one) => one.status === 'fulfilled' && one.value?.stop()));
    throw error;
  }
}
