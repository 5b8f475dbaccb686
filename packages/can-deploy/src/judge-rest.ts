import { reasonOf } from '@punctual/chassis';
import {
  breakingRestChanges,
  type RestDocument,
  type ServiceContract,
  servedBy,
} from '@punctual/contracts/compatibility';
import type { Candidate } from './candidate.ts';
import { CannotTell, type Finding, nameOf } from './finding.ts';
import { operationsOf, RestDocumentShape } from './rest-document.ts';
import type { Used } from './usage.ts';

/**
 * The API as apps know it: that of the running gateway.
 * @throws CannotTell
 */
export async function readApi(gateway: string): Promise<RestDocument> {
  try {
    const answer = await fetch(new URL('/openapi.json', gateway), { signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(`it answers ${answer.status}`);
    return RestDocumentShape.parse(await answer.json()) as RestDocument;
  } catch (error) {
    throw new CannotTell(`Cannot read the API of the gateway at ${new URL(gateway).origin}: ${oneLine(error)}.`);
  }
}

/** What apps would miss, of the operations that the candidate or its running instances answer. */
export function judgeRest(
  { contract, openapi }: Candidate,
  { api, present, used }: { api: RestDocument; present: readonly ServiceContract[]; used: Used },
): Finding[] {
  const own = new Set([...contract.serves, ...present.flatMap(({ serves }) => serves)]);
  return breakingRestChanges(api, openapi).flatMap((line): Finding[] => {
    const [operation = '', what = ''] = line.split(/: (.*)/s);
    if (!own.has(operation)) return [];
    const use = used.of(operation);
    const part = `apps (${operation})`;
    if (!use) {
      const quiet = `${operation}: ${what}. No client used it in ${used.period}.`;
      return [{ kind: 'warning', part, what: quiet, remedy: 'Nothing, if no app needs it any more.' }];
    }
    const remedy = `Keep ${operation} as it is, deprecate it, and wait until no app uses it.`;
    return [{ kind: 'breaks', part, what: `${operation}: ${what}. ${use}`, remedy }];
  });
}

/** Operations that a new gateway offers and the service behind does not answer yet. */
export function judgeForwarding({ contract, openapi }: Candidate, owners: readonly ServiceContract[]): Finding[] {
  if (contract.service !== 'gateway') return [];
  const offered = new Set(operationsOf(openapi));
  return owners.flatMap((owner) =>
    servedBy(owner.service)
      .filter((operation) => offered.has(operation) && !owner.serves.includes(operation))
      .map((operation) => ({
        kind: 'warning' as const,
        part: nameOf(owner),
        what: `does not answer ${operation} yet, which the new gateway offers.`,
        remedy: `Deploy ${owner.service} before apps use ${operation}.`,
      })),
  );
}

const oneLine = (error: unknown) => reasonOf(error).split('\n')[0];
