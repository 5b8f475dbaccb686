/** So many jobs that are due within one second. */
export function jobsOf({ count, dueAt }) {
  return Array.from({ length: count }, (_, id) => ({ id, dueAt: dueAt + Math.floor((id * 1_000) / count) }));
}
