import { type ServiceName, serviceNames } from '@punctual/devstack';
import { workTree } from '../under-load/mixed-stack.ts';
import { type Release, releasesOf } from './releases.ts';

/**
 * One service goes from a release to the work tree and back, while its neighbours stay at the work
 * tree or at the commit of that release.
 */
export type Scenario = { service: ServiceName; release: Release; neighbours: 'N' | 'release' };

/** How many releases back. */
const reach = 2;

/** Each service against its last two releases, with neighbours of the work tree and of the release. */
export function scenariosOf(releases: readonly Release[]): Scenario[] {
  return serviceNames.flatMap((service) =>
    releasesOf(service, releases)
      .slice(0, reach)
      .flatMap((release) => (['N', 'release'] as const).map((neighbours) => ({ service, release, neighbours }))),
  );
}

/** The version of the neighbours. */
export function versionAround({ release, neighbours }: Scenario): string {
  return neighbours === 'N' ? workTree.version : release.version;
}

export function describeScenario(scenario: Scenario): string {
  const { service, release } = scenario;
  return `${service} ${release.version} → N → ${release.version} among ${versionAround(scenario)}`;
}
