import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@punctual/client';
import { consumers } from '@punctual/contracts';
import { type ServiceName, serviceNames } from '@punctual/devstack';
import { checkWhenIdle } from '../under-load/check.ts';
import { type GuidedVisit, startGuidedVisit, stepCount } from '../under-load/guided-visit.ts';
import { erasePerson, type Load, startMixedLoad } from '../under-load/load.ts';
import { type Code, type MixedStack, startMixedStack, workTree } from '../under-load/mixed-stack.ts';
import type { Outcome } from '../under-load/steady-load.ts';
import type { CheckedOut } from './check-out.ts';

/** Services that are replaced by another version of themselves, at the same time. */
export type Switch = { services: readonly ServiceName[]; to: Code };

/** What is deployed at first, and what then happens to it, one after another. */
export type Plan = {
  name: string;
  /** Every other guided visit uses the client of this release. */
  release: CheckedOut;
  start: Readonly<Record<ServiceName, Code>>;
  switches: readonly Switch[];
  /** Requests a second, besides those of the users. */
  perSecond: number;
};

export type PlanResult = {
  outcomes: readonly Outcome[];
  /** Visits that were taken from the job to the paid payout, each interrupted by a switch. */
  visits: number;
  events: number;
  seconds: number;
  /** What went wrong, a line each; empty when all is well. */
  violations: string[];
};

const users = 4;
/** A gateway that gets too little CPU says so by refusing requests, which is not in question here. */
const noShedding = { MAX_EVENT_LOOP_DELAY_MS: '60000' };
/** Load before and after a switch. */
const leadMs = 1_000;

/** Runs a plan under load, then checks what databases and streams hold. */
export async function runPlan(plan: Plan): Promise<PlanResult> {
  const from = performance.now();
  const secondsSince = () => (performance.now() - from) / 1_000;
  return run(plan, secondsSince).catch((error) => ({
    outcomes: [],
    visits: 0,
    events: 0,
    seconds: secondsSince(),
    violations: [`the run broke off: ${error}`],
  }));
}

async function run(plan: Plan, secondsSince: () => number): Promise<PlanResult> {
  const stack = await startMixedStack(`versions/${plan.name}`, plan.start, { environment: noShedding });
  try {
    const load = await startMixedLoad(stack, { perSecond: plan.perSecond, users });
    const visited = await switchAll(stack, load, plan).catch((error) => ({ count: 0, wrong: [String(error)] }));
    const { accepted, wrong } = await load.stop();
    const { violations, events } = await checkWhenIdle(stack, accepted, {
      ran10: versionsOf(plan, 'scheduling').some(is10),
      ignoresAssigned: versionsOf(plan, 'payouts').some(is10),
      unread: versionsOf(plan, 'reminders').slice(-1).some(is10) ? since11 : [],
    });
    return {
      outcomes: load.outcomes(),
      visits: visited.count,
      events,
      seconds: secondsSince(),
      violations: [...visited.wrong, ...wrong, ...violations],
    };
  } finally {
    await stack.stop();
  }
}

/** Durables that reminders 1.0 does not read; what they hold waits for its upgrade. */
const since11 = [consumers.remindersPerson.durable];

const is10 = (version: string) => version.startsWith('1.0.');

/** In the order in which they run. */
function versionsOf({ start, switches }: Plan, service: ServiceName): string[] {
  const later = switches.filter(({ services }) => services.includes(service)).map(({ to }) => to);
  return [start[service], ...later].map(({ version }) => version);
}

/** For each switch, interrupts a visit before each of its steps. */
async function switchAll(stack: MixedStack, load: Load, { release, switches }: Plan) {
  const { issuer } = stack.world.environment;
  const clients = [createClient, release.createClient];
  const wrong: string[] = [];
  const note = (what: string) => (error: unknown) => void wrong.push(`${what}: ${error}`);
  const visits: Promise<void>[] = [];
  let amountMinor = 8_000;
  const begin = async (step: number): Promise<GuidedVisit> => {
    amountMinor += 1;
    const client = clients[amountMinor % clients.length] ?? createClient;
    const visit = await startGuidedVisit({ createClient: client, fetch: load.fetch, issuer }, amountMinor);
    await visit.advanceTo(step);
    return visit;
  };
  for (const { services, to } of switches) {
    const when = `${services.join(', ')} to ${to.version}`;
    const begun = await Promise.allSettled(Array.from({ length: stepCount - 1 }, (_, index) => begin(index + 1)));
    await delay(leadMs);
    await Promise.all(services.map((service) => stack.roll(service, to)));
    await erasePerson(stack, load.fetch).catch(note(`erasure after ${when}`));
    for (const [index, visit] of begun.entries()) {
      const noted = note(`visit interrupted before step ${index + 1} by ${when}`);
      if (visit.status === 'fulfilled') visits.push(visit.value.finish().catch(noted));
      else noted(visit.reason);
    }
    await delay(leadMs);
  }
  await Promise.all(visits);
  return { count: visits.length, wrong };
}

/** A service from a release to the work tree, and back. */
export function thereAndBack(release: Code, service: ServiceName): Switch[] {
  return [workTree, release].map((to) => ({ services: [service], to }));
}

/** Every service from a release to the work tree, one by one, and all back at once. */
export function allThereAndBack(release: Code): Switch[] {
  return [
    ...serviceNames.map((service) => ({ services: [service], to: workTree })),
    { services: serviceNames, to: release },
  ];
}
