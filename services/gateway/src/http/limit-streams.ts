/** Why no more streams may be opened: in this process, or by this user. */
export type Full = 'full' | 'full-for-user';

export type StreamLimit = {
  /**
   * Takes a slot for a stream of this user.
   * @returns how to free it, once
   */
  take(userId: string): (() => void) | Full;
};

/** Limits open streams, including those that are being opened. */
export function limitStreams({ max, maxPerUser }: { max: number; maxPerUser: number }): StreamLimit {
  const byUser = new Map<string, number>();
  let all = 0;
  return {
    take: (userId) => {
      const own = byUser.get(userId) ?? 0;
      if (own >= maxPerUser) return 'full-for-user';
      if (all >= max) return 'full';
      all += 1;
      byUser.set(userId, own + 1);
      return () => {
        all -= 1;
        const left = (byUser.get(userId) ?? 1) - 1;
        if (left > 0) byUser.set(userId, left);
        else byUser.delete(userId);
      };
    },
  };
}
