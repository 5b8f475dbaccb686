import { openTraceStore } from '@punctual/pages';
import type { Config } from '../../config.ts';
import type { Traces } from '../page.ts';

/** The traces by the settings. */
export function openTraces({ JAEGER_URL, TRACE_LINK }: Pick<Config, 'JAEGER_URL' | 'TRACE_LINK'>): Traces {
  const base = JAEGER_URL === undefined ? TRACE_LINK : '/traces';
  return {
    store: JAEGER_URL === undefined ? undefined : openTraceStore(JAEGER_URL),
    link: (traceId) => (base === undefined ? undefined : `${base}/${traceId}`),
  };
}
