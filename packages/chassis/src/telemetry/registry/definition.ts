/** The services that emit a signal. `streams` is `ops streams apply --watch`. */
export type Emitter = 'gateway' | 'scheduling' | 'reminders' | 'payouts' | 'console' | 'streams';

/**
 * `semconv`: named by the semantic conventions of OpenTelemetry, in the version that the pinned
 * packages follow. `own`: named by Punctual, where they have no name.
 */
export type Convention = 'semconv' | 'own';

/**
 * `stable`: dashboards and alerts may rely on it; it changes as an event does, by expand, then
 * contract. `development`: a release may rename it, and its changelog says so.
 */
export type Stability = 'stable' | 'development';

export type AttributeType = 'string' | 'int' | 'double' | 'boolean' | 'string[]';

/** An attribute of spans, metrics or both. */
/** What bounds values that cannot be listed, and how many of them one process may emit. */
export type Bound = { what: string; most: number };

export type AttributeDefinition = {
  type: AttributeType;
  meaning: string;
  convention: Convention;
  stability: Stability;
  /** All values, or what bounds them. Without it, spans alone may have the attribute. */
  values?: readonly (string | number)[] | Bound;
};

export type MetricDefinition<Attribute extends string = string> = {
  /** `gauge` and `updowncounter` are gauges in Prometheus. */
  instrument: 'counter' | 'updowncounter' | 'gauge' | 'histogram';
  /** UCUM. Empty: a number without a unit. */
  unit: string;
  meaning: string;
  attributes: readonly Attribute[];
  from: readonly Emitter[];
  /**
   * How the instances of a service add up: `sum` for what each has or counts itself, `max` for what
   * all of them, or the leading one, read from the same store.
   */
  across: 'sum' | 'max';
  convention: Convention;
  stability: Stability;
  /** Attributes that depend on each other: together they have at most `most` combinations of values. */
  together?: { attributes: readonly Attribute[]; most: number; because: string };
  /** Upper bounds of a histogram's buckets. */
  buckets?: readonly number[];
  /** The situation that brings it forth, for metrics that an undisturbed system does not emit. */
  only?: string;
};

export type SpanDefinition<Attribute extends string = string> = {
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  meaning: string;
  /** The span above it. */
  parent: string;
  links?: string;
  attributes: readonly Attribute[];
  from: readonly Emitter[];
  convention: Convention;
  stability: Stability;
  only?: string;
};

export type LogFieldDefinition = {
  type: 'string' | 'number' | 'object' | 'string[]' | 'object[]';
  meaning: string;
  stability: Stability;
};
