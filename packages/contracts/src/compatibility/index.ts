export { type BreakingChange, breakingChanges } from './breaking-changes.ts';
export { Consumes, type DeclaredUse, isConsumed, readsField } from './declared-use.ts';
export { type EventShape, fieldsOf } from './event-shape.ts';
export { breakingRestChanges } from './rest/breaking-changes.ts';
export type { RestDocument } from './rest/document.ts';
export * from './service-contract.ts';
