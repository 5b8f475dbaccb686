import type { CommandName, Input } from '../operations.ts';

/** A command that the user wants, kept until the API has decided about it. */
export type Intent = {
  /** Also its idempotency key. */
  id: string;
  name: CommandName;
  input: IntentInput;
  /** The intents of one lane are sent in order: those of an assignment, or of another resource. */
  lane: string;
  /** Milliseconds since 1970 by the clock of the device. */
  createdAt: number;
  /** It may have reached the API. */
  isSent: boolean;
};

export type IntentInput = {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  ifMatch?: number | '*';
};

/** The input of a command as it is queued. */
export type Queued<N extends CommandName> = Omit<Input<N>, 'signal' | 'headers' | 'idempotencyKey'> &
  (N extends 'proposeForJob' ? OfAssignment : Partial<OfAssignment>);

type OfAssignment = {
  /** Keeps the order with other intents of this assignment. By default the `id` of `params`. */
  assignmentId: string;
};
