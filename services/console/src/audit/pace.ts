/** How an act in progress is recorded. */
export const pace = {
  /** Something is recorded at least this often. */
  beatMs: 5_000,
  /** After this silence its process has died. Clocks may differ. */
  silenceMs: 30_000,
  resultsOfMessage: 100,
} as const;
