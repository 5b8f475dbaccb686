import type { Operations, routes } from './api.ts';

export type OperationName = keyof Operations;

/** The body of an operation's response. */
export type Answer<N extends OperationName> = Operations[N]['answer'];

export type Input<N extends OperationName> = Omit<Operations[N], 'answer'> &
  (Method<N> extends 'GET' ? unknown : Mutation) & {
    /** Aborts the request. */
    signal?: AbortSignal | undefined;
    headers?: Readonly<Record<string, string>>;
  };

/** An operation that changes something. A check only says what would happen. */
export type CommandName = {
  [N in OperationName]: Method<N> extends 'GET' ? never : N extends `check${string}` ? never : N;
}[OperationName];

type Method<N extends OperationName> = (typeof routes)[N]['method'];

export type Mutation = {
  /**
   * One key per intention of the user: with it, the command is executed once, however often it is
   * sent. A new one for each call by default.
   */
  idempotencyKey?: string;
  /**
   * The version that the app shows. A newer one gives 412 `precondition-failed` with the current
   * state.
   */
  ifMatch?: number | '*';
};

/** The input of any operation. */
export type AnyInput = Mutation & {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal | undefined;
  headers?: Readonly<Record<string, string>>;
};
