import type { StreamConfig } from '@nats-io/jetstream';
import type { StreamDeclaration } from '@punctual/chassis';

/** How a stream on the server differs from its declaration. */
export type Difference = { setting: string; from: string; to: string; shrinks: boolean };

const msPerDay = 86_400_000;
const unlimited = Number.POSITIVE_INFINITY;

/**
 * Settings that a declaration leaves out, at their defaults. Each would copy messages elsewhere, or
 * refuse, drop or keep some for ever, so `apply` takes it back if somebody has set it.
 */
const unset = {
  republish: undefined,
  sources: undefined,
  mirror: undefined,
  subject_transform: undefined,
  max_consumers: -1,
  max_msgs: -1,
  max_msgs_per_subject: -1,
  max_msg_size: -1,
  no_ack: false,
  sealed: false,
  allow_rollup_hdrs: false,
} as const satisfies Partial<Record<keyof StreamConfig, unknown>>;

/** What a stream must be updated to. An undefined setting is removed. */
export function updateTo(wanted: StreamDeclaration): StreamDeclaration {
  return { ...unset, ...wanted };
}

/** @returns nothing when the stream is as declared */
export function differencesOf(current: StreamConfig, wanted: StreamDeclaration): Difference[] {
  const differences: Difference[] = [];
  const compare = <T>(setting: string, [from, to]: readonly [T, T], show: (value: T) => string, shrinks: boolean) => {
    if (JSON.stringify(from) !== JSON.stringify(to)) {
      differences.push({ setting, from: show(from), to: show(to), shrinks });
    }
  };
  const limit = (value: number) => (value > 0 ? value : unlimited);
  const removed = (current.subjects ?? []).some((subject) => !wanted.subjects.includes(subject));
  compare('subjects', [current.subjects ?? [], wanted.subjects], (subjects) => subjects.join(' '), removed);
  compare('max_age', [current.max_age, wanted.max_age], days, limit(wanted.max_age) < limit(current.max_age));
  compare(
    'max_bytes',
    [current.max_bytes, wanted.max_bytes],
    bytes,
    limit(wanted.max_bytes) < limit(current.max_bytes),
  );
  const fewer = wanted.num_replicas < current.num_replicas;
  compare('replicas', [current.num_replicas, wanted.num_replicas], String, fewer);
  compare('discard', [current.discard, wanted.discard], String, false);
  compare('duplicate_window', [current.duplicate_window, wanted.duplicate_window], days, false);
  compare('retention', [current.retention, wanted.retention], String, false);
  compare('storage', [current.storage, wanted.storage], String, false);
  compare('deny_delete', [current.deny_delete ?? false, wanted.deny_delete], String, false);
  compare('deny_purge', [current.deny_purge ?? false, wanted.deny_purge], String, false);
  for (const [setting, neutral] of Object.entries(unset)) {
    const value: unknown = current[setting as keyof StreamConfig] ?? neutral;
    compare(setting, [value, neutral], (one) => JSON.stringify(one) ?? 'none', false);
  }
  return differences;
}

/** Converts JetStream's nanoseconds to days. */
function days(nanoseconds: number): string {
  return nanoseconds > 0 ? `${Number((nanoseconds / 1e6 / msPerDay).toFixed(3))} days` : 'unlimited';
}

function bytes(value: number): string {
  return value > 0 ? `${value} bytes` : 'unlimited';
}
