export { DomainError, type ProblemExtras } from './domain-error.ts';
export { type EventIds, findContradiction, withEventId } from './event-ids.ts';
export { formatInstant } from './format-instant.ts';
