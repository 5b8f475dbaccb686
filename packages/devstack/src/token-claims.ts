/** The claims of a token. They are not validated, so that tests can make bad tokens. */
export type TokenClaims = {
  /** The user's id; a new one by default. */
  sub?: string;
  roles: readonly string[];
  iss?: string;
  aud?: string;
  /** Lifetime in seconds: one hour by default, negative for an expired token. */
  expiresIn?: number;
};
