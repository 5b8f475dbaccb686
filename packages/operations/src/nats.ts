import type { Broker } from '@punctual/chassis';

/** An open connection to NATS, as a service or a command has it. */
export type Nats = Pick<Broker, 'connection' | 'jetstream' | 'manager'>;
