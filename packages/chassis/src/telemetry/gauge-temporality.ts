import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';

/**
 * With the temporality "cumulative" the SDK goes on reporting the last value of a gauge that is no
 * longer observed: the backlog of an instance that leads no more, for as long as it runs. With
 * "delta" a gauge is reported as observed, and says the same otherwise, since it adds nothing up.
 */
export function gaugeTemporality(type: InstrumentType): AggregationTemporality | undefined {
  return type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : undefined;
}
