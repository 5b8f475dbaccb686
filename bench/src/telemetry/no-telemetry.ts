/**
 * The exports of the chassis's telemetry, as they would be if there were none. A missing one stops
 * the service that imports it.
 */
const nothing = () => undefined;
const instrument = () => ({ add: nothing, record: nothing });
const itself = <T>(value: T): T => value;
const justRun = <T>(run: () => T): T => run();

export const counter = instrument;
export const gauge = instrument;
export const histogram = instrument;
export const observed = instrument;
export const observeTogether = nothing;
export const observeRequests = itself;
export const observeStatements = nothing;
export const findRouteBy = nothing;
export const enableTraceContext = nothing;
export const currentTraceId = nothing;
export const currentTraceparent = nothing;
export const traceFields = () => ({});
export const traceHeaders = () => ({});
export const inTraceOf = <T>(_headers: unknown, run: () => T): T => run();
export const startSpan = () => ({ traceparent: undefined, link: undefined, run: justRun, end: nothing });
export const inSpan = <T>(_name: string, _options: unknown, run: () => T): T => run();
export const annotateSpan = nothing;
export const recordFailure = nothing;
export const linkSpanTo = nothing;
export const isSampled = () => false;
export const errorType = nothing;
