import { ConfigError } from '@punctual/chassis';

/** Returns the message of the `ConfigError` that `read` throws, or `accepted`. */
export function configErrorOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'accepted';
}
