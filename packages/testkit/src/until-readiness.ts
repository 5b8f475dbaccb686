import { eventually } from '@punctual/devstack';

/** Waits until the readiness check of a service answers with this status. */
export function untilReadiness(url: string, status: 200 | 503, options: { withinMs?: number } = {}): Promise<void> {
  return eventually(async () => {
    const response = await fetch(`${url}/healthz/ready`);
    if (response.status !== status) throw new Error(`Readiness is ${response.status}: ${await response.text()}`);
  }, options);
}
