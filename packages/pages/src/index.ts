export * from './format-time.ts';
export * from './html.ts';
export * from './prometheus.ts';
export * from './trace.ts';
export * from './trace-store.ts';
export * from './waterfall.ts';
