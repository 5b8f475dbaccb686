/** A breaking change that was decided, and is written in the changelog. */
export type DeclaredChange = {
  /** The released version that it breaks. */
  readonly since: string;
  /** Matches the whole lines of `breakingRestChanges`. */
  readonly change: RegExp;
  readonly reason: string;
};

/**
 * Every breaking change that is on purpose. Anything else fails the tests. An entry that matches
 * nothing fails them too.
 */
export const declaredChanges: readonly DeclaredChange[] = [
  {
    since: '1.0.0',
    change: /^\w+: a problem\.current (has other alternatives|was object and is of any type)$/,
    reason: 'Only the document: generators could not read the union. The member is sent as before.',
  },
  {
    since: '1.0.0',
    change: /^proposeFor(Job|Assignment): the answer 200 has other alternatives$/,
    reason:
      'Only the document: a dry run is still answered `{ok: true}`. It was a union that generators could not read.',
  },
  {
    since: '1.0.0',
    change: /^\w+: the request: (counter\.)?(notes|reason) has another pattern$/,
    reason: 'CR is accepted too and becomes LF: the new pattern accepts all that the old one did.',
  },
  {
    since: '1.0.0',
    change: /^\w+: the request: (title|reference) has another pattern$/,
    reason: 'A title and a reference are one line: apps show them in lists.',
  },
  {
    since: '1.0.0',
    change: /^putPayoutAccount: does not answer 200 any more$/,
    reason: 'A change of account takes effect when a second person confirms it: 202.',
  },
  {
    since: '1.0.0',
    change: /^getPayoutAccount: the answer 200\.(account|updatedBy|updatedAt) may be null now$/,
    reason: 'Before the first confirmation there is a request and no account.',
  },
];
