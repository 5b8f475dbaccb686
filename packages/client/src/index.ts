export type * from './api.ts';
export {
  type Answer,
  type ChangesInput,
  type Client,
  type ClientOptions,
  createClient,
  type Input,
  type Mutation,
  type OperationName,
} from './client.ts';
export { ProblemError, UnexpectedAnswerError } from './errors.ts';
export type { Change } from './stream-changes.ts';
