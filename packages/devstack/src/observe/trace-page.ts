import { summarize, type Trace, waterfall } from '@punctual/pages';
import { layout } from './layout.ts';

/** A trace as a page. */
export function tracePage(trace: Trace): string {
  const root = summarize(trace)?.root;
  return layout({ title: root ? `${root.service}: ${root.name}` : 'Trace', path: '', body: waterfall(trace) });
}
