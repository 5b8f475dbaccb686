import { fileURLToPath } from 'node:url';

/** Who may do what, for nats-server to include. */
export const natsUsersFile = fileURLToPath(new URL('../../../../deploy/nats/users.conf', import.meta.url));

/** Whom that file names. */
export const natsUsers = [
  'ops',
  'streams',
  'deployer',
  'scheduling',
  'reminders',
  'payouts',
  'gateway',
  'console',
  'notifier',
] as const;
export type NatsUser = (typeof natsUsers)[number];

/**
 * What a server of the development stack begins its configuration with; who does not sign in there
 * is `ops`, and may everything.
 */
export const natsUsersConfig = 'include users.conf\nno_auth_user: ops\n';

/**
 * The passwords that the file takes from the environment of nats-server. On a server that listens
 * on 127.0.0.1 only, they are the names.
 */
export const natsPasswords = Object.fromEntries(
  natsUsers.map((user) => [`NATS_PASSWORD_${user.toUpperCase()}`, natsSignIn(user).pass]),
);

/** How a user signs in to a server of the development stack, and what their inbox begins with. */
export function natsSignIn(user: NatsUser): { user: string; pass: string; inboxPrefix: string } {
  return { user, pass: user, inboxPrefix: `_INBOX.${user}` };
}
