/** One end of a TCP connection on this machine, as `ss` lists it; counts are since it was opened. */
export type Socket = {
  /** Unique until the next boot. */
  cookie: string;
  port: number;
  /** Undefined for one that listens. */
  peerPort: number | undefined;
  /** Undefined for one of another user, or of a process in another container. */
  pid: number | undefined;
  /**
   * Segments with data: as many as writes, since a segment of the loopback device takes 64 kB and
   * all of our sockets send at once (`TCP_NODELAY`).
   */
  writes: number;
  bytes: number;
};

/** Reads what `ss -HtnpieO` prints, with one line for each socket. */
export function readSockets(output: string): Socket[] {
  return output.split('\n').flatMap((line) => {
    const [, port, peerPort] = /^\S+\s+\d+\s+\d+\s+\S+:(\d+)\s+\S+:(\d+|\*)\s/.exec(line) ?? [];
    const cookie = /\bsk:(\S+)/.exec(line)?.[1];
    if (port === undefined || cookie === undefined) return [];
    const count = (name: string) => Number(new RegExp(`\\b${name}:(\\d+)`).exec(line)?.[1] ?? 0);
    const pid = /\bpid=(\d+)/.exec(line)?.[1];
    return {
      cookie,
      port: Number(port),
      peerPort: peerPort === '*' ? undefined : Number(peerPort),
      pid: pid === undefined ? undefined : Number(pid),
      writes: count('data_segs_out'),
      bytes: count('bytes_sent'),
    };
  });
}
