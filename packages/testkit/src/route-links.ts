import type { RouteThrough } from '@punctual/devstack';
import { type Link, openLink } from './link.ts';

/** `reset` breaks connections and refuses new ones; `hold` leaves them open, and nothing passes. */
export type CutKind = 'reset' | 'hold';

/** Links between the servers of a cluster, one for each direction in which a server connects to another. */
export type RouteLinks = {
  through: RouteThrough;
  /** Cuts one server off from all others, until `heal`. Clients still reach it. */
  cutOff(server: number, kind: CutKind): void;
  heal(): void;
  close(): void;
};

export function createRouteLinks(): RouteLinks {
  const links: { from: number; to: number; link: Link }[] = [];
  return {
    through: async (from, to, url) => {
      const link = await openLink(url);
      links.push({ from, to, link });
      return link.url;
    },
    cutOff: (server, kind) => {
      for (const { link } of links.filter(({ from, to }) => from === server || to === server)) {
        if (kind === 'hold') link.hold();
        else {
          link.judge(() => 'cut-before');
          link.reset();
        }
      }
    },
    heal: () => {
      for (const { link } of links) link.heal();
    },
    close: () => {
      for (const { link } of links) link.close();
    },
  };
}
