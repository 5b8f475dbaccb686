/** A duration for people: `850 µs`, `12.3 ms`, `4.56 s`, `3 min 20 s`. */
export function formatDuration(us: number): string {
  if (us < 1_000) return `${Math.round(us)} µs`;
  if (us < 1_000_000) return `${withThreeDigits(us / 1_000)} ms`;
  if (us < 120_000_000) return `${withThreeDigits(us / 1_000_000)} s`;
  const seconds = Math.round(us / 1_000_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `13:07:44.120`, in UTC. */
export function formatTime(us: number): string {
  return new Date(us / 1_000).toISOString().slice(11, 23);
}

function withThreeDigits(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}
