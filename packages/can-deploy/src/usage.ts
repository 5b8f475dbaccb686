import type { RestDocument, ServiceContract, Usage } from '@punctual/contracts/compatibility';
import type { Environment } from './environment.ts';
import { askPrometheus } from './prometheus.ts';

/** Which operations installed apps use. */
export type Used = {
  /** `30 days` */
  readonly period: string;
  /** Why every operation counts as used; undefined when it is known which were. */
  readonly allBecause?: string;
  /** How an operation was used, as a sentence; undefined when it was not. */
  of(operation: string): string | undefined;
};

/**
 * Learns from Prometheus, or from what the gateways counted since they started. An operation that
 * nobody could have seen for the whole period counts as used.
 */
export async function readUsage(
  { prometheus }: Environment,
  { contracts, api, days }: { contracts: readonly ServiceContract[]; api: RestDocument; days: number },
): Promise<Used> {
  if (prometheus !== undefined) return fromPrometheus(prometheus, api, days);
  return fromGateways(
    contracts.flatMap(({ service, usage }) => (service === 'gateway' && usage ? [usage] : [])),
    days,
  );
}

async function fromPrometheus(address: string, api: RestDocument, days: number): Promise<Used> {
  const period = count(days, 'day');
  const requests = await askPrometheus(address, api, days);
  if (!requests) return allUsed(period, `Prometheus remembers less than ${period}`);
  return {
    period,
    of: (operation) => {
      const number = requests.get(operation);
      return number === undefined ? undefined : `Requested ${Math.ceil(number)} times in ${period}.`;
    },
  };
}

/** The gateway that has run longest has seen a share of all requests since then. */
function fromGateways(usages: readonly Usage[], days: number): Used {
  const since = Math.min(...usages.map((usage) => Date.parse(usage.since)));
  const hours = (Date.now() - since) / 3_600_000;
  const period = hours < 48 ? count(Math.floor(hours), 'hour') : count(Math.floor(hours / 24), 'day');
  if (usages.length === 0) return allUsed(count(days, 'day'), 'No gateway says what was used');
  if (hours < days * 24) return allUsed(period, `The gateways have counted for only ${period}`);
  return {
    period,
    of: (operation) => {
      const uses = usages.flatMap(({ operations }) => operations[operation] ?? []);
      if (uses.length === 0) return undefined;
      const requests = uses.reduce((sum, use) => sum + use.requests, 0);
      const last = uses
        .map(({ lastAt }) => lastAt)
        .toSorted()
        .at(-1);
      const clients = [...new Set(uses.flatMap((use) => Object.keys(use.clients)))].toSorted().join(', ');
      return `Requested ${count(requests, 'time')} in ${period}, last at ${last}, by ${clients}.`;
    },
  };
}

const allUsed = (period: string, because: string): Used => ({
  period,
  allBecause: because,
  of: () => `${because}, so every operation counts as used.`,
});

const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;
