import { randomUUID } from 'node:crypto';
import { type Context, trace } from '@opentelemetry/api';
import { getNumberFromEnv, getStringFromEnv } from '@opentelemetry/core';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';
import { isNamedByClient } from './client-trace.ts';

const parentBased = 'parentbased_';

/**
 * The sampler that `OTEL_TRACES_SAMPLER` names. A client's trace is sampled as if it began here: by
 * chance, whatever the client's flag and trace id are, so that no client can force sampling.
 */
export function readSampler(): Sampler {
  const name = samplerName();
  const sampler = followsParents()
    ? new ParentBasedSampler({ root: rootSampler(name.slice(parentBased.length)) })
    : rootSampler(name);
  return {
    shouldSample: (context, traceId, ...span) =>
      isNamedByClient(context)
        ? sampler.shouldSample(withoutParent(context), randomTraceId(), ...span)
        : sampler.shouldSample(context, traceId, ...span),
    toString: () => sampler.toString(),
  };
}

/** Whether a span below another one is sampled if that one is. */
export function followsParents(): boolean {
  return samplerName().startsWith(parentBased);
}

function samplerName(): string {
  return getStringFromEnv('OTEL_TRACES_SAMPLER') ?? `${parentBased}always_on`;
}

function rootSampler(name: string): Sampler {
  if (name === 'always_off') return new AlwaysOffSampler();
  if (name !== 'traceidratio') return new AlwaysOnSampler();
  const ratio = getNumberFromEnv('OTEL_TRACES_SAMPLER_ARG') ?? 1;
  return new TraceIdRatioBasedSampler(Math.min(Math.max(ratio, 0), 1));
}

const withoutParent = (context: Context) => trace.deleteSpan(context);

/** The fixed digits of a UUID do no harm: a ratio reads the exclusive or of four parts of the id. */
function randomTraceId(): string {
  return randomUUID().replaceAll('-', '');
}
