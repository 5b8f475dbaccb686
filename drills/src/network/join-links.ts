import type { Link } from '@punctual/testkit';

/** Makes one link of those to the servers of a cluster. Its URL names all of them. */
export function joinLinks(links: readonly Link[]): Link {
  const each = (act: (link: Link) => void) => links.forEach(act);
  return {
    url: links.map(({ url }) => url).join(','),
    delay: (ms) => each((link) => link.delay(ms)),
    judge: (verdict) => each((link) => link.judge(verdict)),
    lead: (serverUrl) => each((link) => link.lead(serverUrl)),
    hold: () => each((link) => link.hold()),
    reset: (share) => each((link) => link.reset(share)),
    heal: () => each((link) => link.heal()),
    close: () => each((link) => link.close()),
  };
}
