export { DomainError, type ProblemExtras } from './domain-error.ts';
export { formatInstant } from './format-instant.ts';
