/** Something that a deployer should know before a deployment. */
export type Finding = {
  /** `unknown`: it cannot be told whether something breaks. */
  readonly kind: 'breaks' | 'unknown' | 'warning';
  /** The running part that it concerns, as {@link Part} names it. */
  readonly part: string;
  readonly what: string;
  /** What to do about it, as a sentence. */
  readonly remedy: string;
};

/** `payouts 1.0.0 (5972e9e)` */
export function nameOf({ service, version, revision }: Versioned): string {
  return revision === null ? `${service} ${version}` : `${service} ${version} (${revision.slice(0, 12)})`;
}

type Versioned = { readonly service: string; readonly version: string; readonly revision: string | null };

/** It cannot be told whether the service may be deployed; the message says why in one line. */
export class CannotTell extends Error {}
