import type { Nats } from '@punctual/operations';
import type { Plan, Result } from '../audit/messages.ts';

/** URLs of the databases of services that the console may use. */
export type Databases = Readonly<Partial<Record<'scheduling' | 'payouts', string>>>;

/** Carries out a plan: yields what became of each item, and returns how it ended, as a sentence. */
export type Operation = (
  deps: { nats: Nats; databases: Databases },
  act: { id: string; plan: Plan; reason: string },
) => AsyncGenerator<Result, string>;
