import type { DeclaredUse, RestDocument, ServiceContract } from '@punctual/contracts/compatibility';
import { type Announced, askNats } from './ask-nats.ts';
import type { Candidate } from './candidate.ts';
import type { Environment } from './environment.ts';
import { type Finding, nameOf } from './finding.ts';
import { judgeConsumer, judgePublisher } from './judge-events.ts';
import { judgeForwarding, judgeRest, readApi } from './judge-rest.ts';
import { announcedReaders, declaredReaders, type Reader, unannouncedReaders } from './readers.ts';
import { services } from './repository.ts';
import { operationsOf } from './rest-document.ts';
import { judgePairs, readTestedPairs, testedPairsFile } from './tested-pairs.ts';
import { readUsage, type Used } from './usage.ts';

export type Decision = {
  /** `no` when something breaks, else `unknown` when that cannot be told of everything. */
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly environment: string;
  readonly candidate: ServiceContract;
  readonly parts: readonly Part[];
  readonly operations: Operations;
  readonly findings: readonly Finding[];
};

/** A release that runs, or a team that reads events. */
export type Part = {
  readonly name: string;
  /** 0 for a team outside. */
  readonly instances: number;
  readonly reads: readonly DeclaredUse[];
};

/** The operations that the candidate answers, of those that apps know. */
export type Operations = {
  /** For how long it is known which of them were used, such as `30 days`. */
  readonly period: string;
  /** Why all of them count as used, if it is not known. */
  readonly allBecause?: string;
  readonly total: number;
  readonly used: readonly string[];
};

/**
 * Compares a candidate with everything that runs in an environment.
 * @param days for how long an operation must be unused to be dispensable
 * @throws CannotTell when the environment cannot be asked
 */
export async function decide(candidate: Candidate, environment: Environment, days: number): Promise<Decision> {
  const { contract } = candidate;
  const [announced, api] = await Promise.all([askNats(environment.nats), readApi(environment.gateway)]);
  const { contracts } = announced;
  const present = contracts.filter(({ service }) => service === contract.service);
  const others = contracts.filter(({ service }) => service !== contract.service);
  const known = [...announcedReaders(contracts), ...declaredReaders(environment.consumers)];
  const unannounced = unannouncedReaders(announced.durables, known);
  const readers = [...known, ...unannounced.readers];
  const used = await readUsage(environment, { contracts, api, days });
  const findings = unique([
    ...unreadable(announced),
    ...absent(contract, contracts),
    ...unannounced.findings,
    ...judgePublisher(contract, present, readers),
    ...judgeConsumer(contract, others),
    ...judgeRest(candidate, { api, present, used }),
    ...judgeForwarding(candidate, others),
    ...judgePairs(readTestedPairs(testedPairsFile), contract, others),
  ]);
  return {
    answer: answerOf(findings),
    environment: environment.name,
    candidate: contract,
    parts: partsOf(contracts, readers),
    operations: operationsIn(api, contract, used),
    findings,
  };
}

function operationsIn(api: RestDocument, { serves }: ServiceContract, { period, allBecause, of }: Used): Operations {
  const own = operationsOf(api).filter((operation) => serves.includes(operation));
  const used = own.filter((operation) => of(operation) !== undefined);
  return { period, ...(allBecause !== undefined && { allBecause }), total: own.length, used };
}

function answerOf(findings: readonly Finding[]): Decision['answer'] {
  const kinds = new Set(findings.map(({ kind }) => kind));
  return kinds.has('breaks') ? 'no' : kinds.has('unknown') ? 'unknown' : 'yes';
}

function unreadable({ unreadable }: Announced): Finding[] {
  return unreadable.map(({ instance, reason }) => ({
    kind: 'unknown',
    part: instance,
    what: `announces itself and cannot be understood: ${reason}.`,
    remedy: 'Find out what it is. A release that is newer than this checkout? Ask from its checkout.',
  }));
}

/** Services that do not announce themselves: what they read, or whether they run, is not known. */
function absent({ service }: ServiceContract, running: readonly ServiceContract[]): Finding[] {
  return services
    .filter((name) => !running.some((other) => other.service === name))
    .map((name) => ({
      kind: name === service ? 'warning' : 'unknown',
      part: name,
      what: 'does not announce itself: it does not run there, or it is of a release before 1.1.',
      remedy: name === service ? 'Nothing, if this is its first deployment.' : `Deploy ${name} 1.1 or newer first.`,
    }));
}

function partsOf(contracts: readonly ServiceContract[], readers: readonly Reader[]): Part[] {
  const names = [...new Set([...contracts.map(nameOf), ...readers.map(({ part }) => part)])];
  return names.toSorted().map((name) => ({
    name,
    instances: contracts.filter((each) => nameOf(each) === name).length,
    reads: [...new Map(readers.filter(({ part }) => part === name).map(({ use }) => [use.consumer, use])).values()],
  }));
}

/** Instances of one release say the same. */
function unique(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map((finding) => [JSON.stringify(finding), finding])).values()];
}
