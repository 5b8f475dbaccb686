import { setTimeout as delay } from 'node:timers/promises';
import type { Issuer } from '@punctual/devstack';
import { Agent } from 'undici';
import type { FeedSession } from '../history/feed-session.ts';
import type { Random } from '../random.ts';
import { type FollowFeedDeps, followFeed } from './follow-feed.ts';
import type { TestAssignment } from './journey.ts';
import type { DrillUser } from './retrying-sender.ts';

/** Clients that follow the live feed: ops, who see everything, and users of the load. */
export type Followers = {
  readonly sessions: readonly FeedSession[];
  /** Lets them go on until they have received everything, or for a while, and ends them. */
  stop(hasEverything: () => boolean): Promise<void>;
};

const forms = ['stream', 'poll'] as const;
const usersOfEachForm = 2;
/** Users begin when there are some whose assignments go on. */
const beginsWithinMs = 4_000;
/** On a busy machine, after an outage, it takes several connections to catch up. */
const finishWithinMs = 45_000;

/** @param shown the assignments whose users may be among the followers */
export async function startFollowers(options: {
  gateways: readonly string[];
  issuer: Issuer;
  random: Random;
  shown: readonly TestAssignment[];
}): Promise<Followers> {
  const { gateways, issuer, random, shown } = options;
  const dispatcher = new Agent();
  const ending = new AbortController();
  const { signal } = ending;
  const sessions: FeedSession[] = [];
  const running: Promise<void>[] = [];

  const follow = (by: DrillUser, form: FeedSession['form'], userId?: string) => {
    const session: FeedSession = { userId, form, segments: [], latest: 'none' };
    sessions.push(session);
    const deps: FollowFeedDeps = { gateways, by, dispatcher, random: random.fork(), signal };
    return followFeed(deps, session);
  };
  const followUser = async (form: FeedSession['form'], own: Random) => {
    await delay(own.between(0, beginsWithinMs), undefined, { signal }).catch(() => undefined);
    if (signal.aborted || shown.length === 0) return;
    const { customer, provider } = own.pick(shown);
    const by = own.pick([customer, provider]);
    await follow(by, form, by.id);
  };

  for (const form of forms) {
    const id = crypto.randomUUID();
    running.push(follow({ id, token: await issuer.token({ roles: ['ops'], sub: id }) }, form));
    for (let user = 0; user < usersOfEachForm; user += 1) running.push(followUser(form, random.fork()));
  }
  return {
    sessions,
    stop: async (hasEverything) => {
      const until = performance.now() + finishWithinMs;
      while (!hasEverything() && performance.now() < until) await delay(200);
      ending.abort();
      await Promise.all(running);
      await dispatcher.destroy();
    },
  };
}
